import type { Session } from "../store/sessions.ts";

/** How many sessions one account has, far more than devices; and as many more that wait for something to be proven. */
export const countMax = 100;

/**
 * Those of one account, last used first, that are too many, each kind by itself: those that are open and those that wait for
 * a proof. The one that has just begun is not among them, even where a clock that was set back, or another node's, calls it
 * the oldest.
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
