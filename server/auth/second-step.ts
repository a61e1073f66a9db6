import type { Session } from "../store/sessions.ts";

type Factors = Pick<Session, "hasCode" | "hasPasskey" | "hasRecovery">;

/**
 * Whether the password of an account leads only to the second step. An account whose passkeys are older than recovery codes
 * gets recovery codes first, so that its person also has a second step where passkeys do not work.
 */
export const asksSecondStep = ({ hasCode, hasPasskey, hasRecovery }: Factors): boolean =>
  hasCode || (hasPasskey && hasRecovery);

/** Whether a fresh proof needs the second step as well as the password: it asks for no less than signing in does. */
export const provesInTwoSteps = (session: Factors & Pick<Session, "factors">): boolean =>
  asksSecondStep(session) || (session.factors === 2 && session.hasPasskey);
