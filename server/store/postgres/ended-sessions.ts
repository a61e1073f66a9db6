import { and, eq, ne } from "drizzle-orm";
import { type Author, emit } from "./cluster-events.ts";
import { lockUser } from "./locked-users.ts";
import type { Transaction } from "./open.ts";
import { sessions } from "./schema.ts";

/** Ends all sessions of a user but one, and lets the nodes know; `by` is the one that asked for it. Gives how many. */
export async function endSessions(
  db: Transaction,
  author: Author,
  userId: number,
  { but, by }: { but?: Buffer | null; by?: Buffer | undefined } = {},
): Promise<number> {
  // Waits for sessions that are just being stored for the user, so that the next statement sees them.
  await lockUser(db, userId);
  const others = and(eq(sessions.userId, userId), but ? ne(sessions.id, but) : undefined);
  const ended = await db.delete(sessions).where(others).returning({ id: sessions.id });
  const ids = ended.map(({ id }) => id.toString("base64url"));
  if (ids.length > 0 || by) {
    const asked = by?.toString("base64url") ?? null;
    await emit(db, author, { kind: "sessions.ended", userId, by: asked, sessions: ids });
  }
  return ids.length;
}
