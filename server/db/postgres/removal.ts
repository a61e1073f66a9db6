import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Message } from "../../protocol/events.ts";
import type { Messages } from "../kept/messages.ts";
import { log } from "./audit.ts";
import { guarded } from "./guarded.ts";
import { selectedMessage } from "./messages.ts";
import type { Db, Transaction } from "./open.ts";
import { conversations, messages } from "./schema.ts";

type Selected = Pick<typeof messages.$inferSelect, "conversationId" | "seq">;

/** Deletes the text of messages, each as one more change of its conversation. */
export function postgresRemoval(db: Db): Pick<Messages, "remove" | "removeOf" | "scrub"> {
  /** Gives a message the next number of its conversation and takes its text away; null where that was done meanwhile. */
  async function blank(tx: Transaction, { conversationId, seq }: Selected, at: number) {
    const one = and(
      eq(messages.conversationId, conversationId),
      eq(messages.seq, seq),
      isNull(messages.deletedAt),
    );
    const [found] = await tx.select({ seq: messages.seq }).from(messages).where(one);
    if (!found) return null;
    const [grown] = await tx
      .update(conversations)
      .set({ head: sql`${conversations.head} + 1`, changed: sql`pg_current_xact_id()` })
      .where(eq(conversations.id, conversationId))
      .returning({ head: conversations.head });
    const [changed] = await tx
      .update(messages)
      .set({ text: "", rev: grown!.head, deletedAt: at })
      .where(one)
      .returning();
    return selectedMessage(changed!);
  }

  /** Holds conversations, in the order in which all hold them, so that numbers are given one after the other. */
  async function hold(tx: Transaction, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await tx
      .select({ id: conversations.id })
      .from(conversations)
      .where(inArray(conversations.id, [...ids]))
      .orderBy(asc(conversations.id))
      .for("no key update");
  }

  return {
    remove: (id, seq, at, act) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          await hold(tx, [id]);
          const changed = await blank(tx, { conversationId: id, seq }, at);
          if (changed) await log(tx, act);
          return changed;
        }),
      ),
    removeOf: (author, at, limit) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          const found = await tx
            .select({ conversationId: messages.conversationId, seq: messages.seq })
            .from(messages)
            .where(and(eq(messages.authorId, author), isNull(messages.deletedAt)))
            .orderBy(asc(messages.conversationId), asc(messages.seq))
            .limit(limit);
          await hold(
            tx,
            found.map(({ conversationId }) => conversationId),
          );
          const changed: Message[] = [];
          for (const each of found) {
            const message = await blank(tx, each, at);
            if (message) changed.push(message);
          }
          return changed;
        }),
      ),
    // Frees the space of what was deleted for what comes next. What PostgreSQL has in its own log, its archives and its
    // replicas goes when those go, and on the disk when it is written over: that is up to whoever runs it.
    scrub: () =>
      guarded(async () => {
        await db.sql`vacuum messages`;
      }),
  };
}
