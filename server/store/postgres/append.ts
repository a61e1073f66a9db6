import type { SQL } from "bun";
import type { ErrorCode } from "../../protocol/errors.ts";
import { inOrder, textOfBody, toMessage } from "../message-row.ts";
import { type Draft, type Outcome, stateOfDraft, storedMessage } from "../messages.ts";
import appendSql from "./append.sql" with { type: "text" };

interface Row {
  place: number;
  /** "stored", "duplicate", or the code of a refusal. */
  became: string;
  at_seq: string | null;
  at_rev: string | null;
  at_time: string | null;
  /** Of a duplicate that says something else by now. */
  at_body: string | null;
  deleted: string | null;
  /** Of a duplicate alone. */
  at_state: string | null;
  at_thread: string | null;
  at_replies: string | null;
  at_replies_up_to: string | null;
}

/**
 * The only writer of messages: stores drafts in one transaction and one round trip, by the function in `append.sql`.
 * Only the numbers come back; the rest is what was sent.
 */
export async function postgresAppend(sql: SQL, drafts: readonly Draft[]): Promise<Outcome[]> {
  if (drafts.length === 0) return [];
  const rows: Row[] = await sql`
    select place, became, at_seq, at_rev, at_time, at_body, deleted, at_state, at_thread, at_replies,
      at_replies_up_to
    from append_messages_v3(${jsonOf(drafts)}::text::json)`;
  return rows.map((row) => outcomeOf(row, drafts[row.place - 1]!));
}

/** Makes the function where it is missing. To be called under the lock of the migrations. */
export async function addAppend(sql: SQL): Promise<void> {
  const [found] = await sql`select to_regprocedure('append_messages_v3(json)') is not null as "isThere"`;
  if (!found.isThere) await sql.unsafe(appendSql);
}

/** PostgreSQL takes the text of each body out of it as it stands there. */
const jsonOf = (drafts: readonly Draft[]): string =>
  JSON.stringify(
    drafts.map((draft) => ({ ...draft, body: inOrder(draft.body), state: stateOfDraft(draft) })),
  );

function outcomeOf(row: Row, draft: Draft): Outcome {
  const { became } = row;
  const seq = Number(row.at_seq);
  if (became === "stored") return { kind: became, message: storedMessage(draft, seq) };
  if (became !== "duplicate") return { kind: "refused", code: became as ErrorCode };
  const message = toMessage({
    conversationId: draft.conversation,
    seq,
    rev: row.at_rev!,
    authorId: draft.author,
    clientId: draft.clientId,
    body: row.deleted === null ? (row.at_body ?? textOfBody(draft.body)) : null,
    createdAt: row.at_time!,
    deletedAt: row.deleted,
    state: row.at_state,
    thread: row.at_thread,
    replies: row.at_replies ?? 0,
    repliesUpTo: row.at_replies_up_to ?? 0,
  });
  return { kind: became, message };
}
