import type { Session } from "../store/sessions.ts";

/** How many open sessions an account may have, far more than devices; as many more may wait for a proof. */
export const countMax = 100;

/**
 * Gives the surplus of an account's sessions, which come in last used first. Open sessions and those that wait for a proof are
 * counted apart. The session that has just begun is never among them, even where a clock that was set back, or another node's,
 * makes it the oldest.
 */
export function surplusOf(
  sessions: readonly Session[],
  begun: Buffer,
  isOpen: (session: Session) => boolean,
): Session[] {
  const place = ({ id }: Session) => (id.equals(begun) ? 0 : 1);
  const ordered = sessions.toSorted((one, other) => place(one) - place(other));
  const waits = (session: Session) => !isOpen(session);
  return [isOpen, waits].flatMap((kind) => ordered.filter(kind).slice(countMax));
}
