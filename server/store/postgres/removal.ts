import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { Message } from "../../protocol/events.ts";
import { selectedMessage } from "../message-row.ts";
import type { Messages } from "../messages.ts";
import { log } from "./audit.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db, Transaction } from "./open.ts";
import { clearPendingVacuum, isVacuumPending, notePendingVacuum, pendingVacuumOf } from "./pending-vacuum.ts";
import { messages } from "./schema.ts";

type Chosen = Pick<typeof messages.$inferSelect, "conversationId" | "seq">;

/** How long clearing out may take: as long as a large table needs, while everything else goes on. */
const vacuumMs = 1_800_000;

/** Deletes the text of messages, each as one more change of its conversation. */
export function postgresRemoval(
  db: Db,
): Pick<Messages, "remove" | "removeOf" | "isVacuumPending" | "vacuum"> {
  return {
    remove: (id, seq, at, entry) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          const [removed] = await blank(tx, [{ conversationId: id, seq }], at);
          if (removed) await log(tx, entry);
          return removed ?? null;
        }),
      ),
    removeOf: (author, at, limit) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          const chosen = await tx
            .select({ conversationId: messages.conversationId, seq: messages.seq })
            .from(messages)
            .where(and(eq(messages.authorId, author), isNull(messages.deletedAt)))
            .orderBy(asc(messages.conversationId), asc(messages.seq))
            .limit(limit);
          return blank(tx, chosen, at);
        }),
      ),
    isVacuumPending: () => withDbErrors(() => isVacuumPending(db)),
    // Needs no room. Frees the space of what was deleted for what comes next. What PostgreSQL has in its own log, its archives and its
    // replicas goes when those go, on the disk when it is written over, and not before the last transaction has ended that
    // began earlier: that is up to whoever runs it.
    vacuum: () =>
      withDbErrors(async () => {
        const connection = await db.sql.reserve();
        try {
          await connection`select set_config('statement_timeout', ${String(vacuumMs)}, false)`;
          const noted = await pendingVacuumOf(connection);
          await connection`vacuum messages`;
          await clearPendingVacuum(connection, noted);
          return null;
        } finally {
          await connection`reset statement_timeout`.finally(() => connection.release());
        }
      }, vacuumMs),
  };
}

/**
 * Gives messages the next numbers of their conversations, in the order of their places, and takes their texts away, in one
 * round trip while others wait. Leaves out what was deleted meanwhile.
 */
async function blank(tx: Transaction, chosen: readonly Chosen[], at: number): Promise<Message[]> {
  if (chosen.length === 0) return [];
  const ids = sql.param(chosen.map(({ conversationId }) => conversationId));
  const seqs = sql.param(chosen.map(({ seq }) => seq));
  // In the order in which all hold conversations, so that numbers are given one after the other.
  await tx.execute(sql`
    select from conversations where id = any (${ids}::text[]) order by id for no key update`);
  const changed = await tx.execute(sql`
    with doomed as materialized (
      select conversation_id, seq, row_number() over (partition by conversation_id order by seq) as place
      from messages join unnest(${ids}::text[], ${seqs}::bigint[]) as chosen (conversation_id, seq)
        using (conversation_id, seq)
      where deleted_at is null
    ), grown as (
      update conversations set head = head + count, changed = pg_current_xact_id()
      from (select conversation_id, count(*) as count from doomed group by conversation_id) as each
      where id = conversation_id
      returning id, head - count as former
    ), noted as (
      ${notePendingVacuum} where exists (select from doomed)
    )
    update messages set text = '', rev = former + place, deleted_at = ${at}::bigint
    from doomed join grown on id = conversation_id
    where messages.conversation_id = doomed.conversation_id and messages.seq = doomed.seq
    returning messages.conversation_id as "conversationId", messages.seq::float8, rev::float8,
      author_id::float8 as "authorId", client_id as "clientId", text, created_at::float8 as "createdAt",
      deleted_at::float8 as "deletedAt"`);
  return (changed as (typeof messages.$inferSelect)[])
    .map(selectedMessage)
    .sort((one, other) =>
      one.conversation === other.conversation
        ? one.rev - other.rev
        : one.conversation < other.conversation
          ? -1
          : 1,
    );
}
