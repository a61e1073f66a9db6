import { and, asc, eq, isNull } from "drizzle-orm";
import type { Message } from "../../protocol/events.ts";
import { selectedMessage } from "../message-row.ts";
import type { Messages } from "../messages.ts";
import { log, type Writer } from "./audit.ts";
import { isFull, withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { clearPendingVacuum, isVacuumPending, notedIn, notePendingVacuum } from "./pending-vacuum.ts";
import { conversations, messages } from "./schema.ts";
import { rewriteFile } from "./vacuum.ts";

type Selected = typeof messages.$inferSelect;

/** Deletes the text of messages, each as one more change of its conversation. */
export function sqliteRemoval(db: Db): Pick<Messages, "remove" | "removeOf" | "isVacuumPending" | "vacuum"> {
  /** Gives a message the next number of its conversation and takes its text away. */
  function blank(tx: Writer, { conversationId, seq }: Selected, at: number): Message {
    const inThis = eq(conversations.id, conversationId);
    const { head } = tx.select({ head: conversations.head }).from(conversations).where(inThis).get()!;
    const rev = head + 1;
    tx.update(conversations).set({ head: rev }).where(inThis).run();
    const changed = tx
      .update(messages)
      .set({ text: "", rev, deletedAt: at })
      .where(and(eq(messages.conversationId, conversationId), eq(messages.seq, seq)))
      .returning()
      .get();
    return selectedMessage(changed!);
  }

  /** The text stands in the log of the database too, until all of it is moved into the file. */
  function emptyLog() {
    try {
      db.$client.run("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (error) {
      // The message is deleted already; the log is emptied when there is room again, at the latest at the end.
      if (!isFull(error)) throw error;
    }
  }

  return {
    remove: async (id, seq, at, entry) => {
      const changed = await withDbErrors(() =>
        db.transaction(
          (tx) => {
            const one = and(
              eq(messages.conversationId, id),
              eq(messages.seq, seq),
              isNull(messages.deletedAt),
            );
            const found = tx.select().from(messages).where(one).get();
            if (!found) return null;
            const changed = blank(tx, found, at);
            notePendingVacuum(tx);
            log(tx, entry);
            return changed;
          },
          { behavior: "immediate" },
        ),
      );
      if (changed) emptyLog();
      return changed;
    },
    removeOf: (author, at, limit) =>
      withDbErrors(() =>
        db.transaction(
          (tx) => {
            const found = tx
              .select()
              .from(messages)
              .where(and(eq(messages.authorId, author), isNull(messages.deletedAt)))
              .orderBy(asc(messages.conversationId), asc(messages.seq))
              .limit(limit)
              .all();
            if (found.length > 0) notePendingVacuum(tx);
            return found.map((each) => blank(tx, each, at));
          },
          { behavior: "immediate" },
        ),
      ),
    isVacuumPending: () => withDbErrors(() => isVacuumPending(db)),
    vacuum: async () => {
      const noted = await withDbErrors(() => notedIn(db));
      const outcome = await rewriteFile(db);
      return withDbErrors(() => {
        if (outcome instanceof Error) throw outcome;
        if (outcome === null) clearPendingVacuum(db, noted);
        return outcome;
      });
    },
  };
}
