import type { Session } from "../store/sessions.ts";

type Factors = Pick<Session, "hasCode" | "hasPasskey" | "hasRecovery">;

/**
 * Whether the password of an account alone opens nothing but the second step. An account whose passkeys came before recovery
 * codes did is given some first, so that its person is never without a second step where passkeys do not work.
 */
export const asksSecondStep = ({ hasCode, hasPasskey, hasRecovery }: Factors): boolean =>
  hasCode || (hasPasskey && hasRecovery);

/** Whether a fresh proof takes the second step as well as the password: it asks for no less than signing in did. */
export const provesInTwoSteps = (session: Factors & Pick<Session, "factors">): boolean =>
  asksSecondStep(session) || (session.factors === 2 && session.hasPasskey);
