import type { SQL } from "bun";
import type { ErrorCode } from "../../protocol/errors.ts";
import { emptyBody } from "../../protocol/message-body.ts";
import { inOrder } from "../message-row.ts";
import type { Draft, Outcome } from "../messages.ts";
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
}

/**
 * The only writer of messages: stores drafts in one transaction and one round trip, by the function in `append.sql`.
 * Only the numbers come back; the rest is what was sent.
 */
export async function postgresAppend(sql: SQL, drafts: readonly Draft[]): Promise<Outcome[]> {
  if (drafts.length === 0) return [];
  const rows: Row[] = await sql`
    select place, became, at_seq, at_rev, at_time, at_body, deleted from append_messages_v2(${jsonOf(drafts)}::text::json)`;
  return rows.map((row) => outcomeOf(row, drafts[row.place - 1]!));
}

/** Makes the function where it is missing. To be called under the lock of the migrations. */
export async function addAppend(sql: SQL): Promise<void> {
  const [found] = await sql`select to_regprocedure('append_messages_v2(json)') is not null as "isThere"`;
  if (!found.isThere) await sql.unsafe(appendSql);
}

/** PostgreSQL takes the text of each body out of it as it stands there. */
const jsonOf = (drafts: readonly Draft[]): string =>
  JSON.stringify(drafts.map((draft) => ({ ...draft, body: inOrder(draft.body) })));

function outcomeOf(row: Row, draft: Draft): Outcome {
  const { became, deleted } = row;
  if (became !== "stored" && became !== "duplicate") return { kind: "refused", code: became as ErrorCode };
  const { conversation, author, clientId } = draft;
  const [seq, rev, createdAt] = [Number(row.at_seq), Number(row.at_rev), Number(row.at_time)];
  const message = { conversation, seq, rev, author, clientId, createdAt };
  if (deleted !== null)
    return { kind: became, message: { ...message, body: emptyBody, deletedAt: Number(deleted) } };
  const body = row.at_body === null ? draft.body : JSON.parse(row.at_body);
  return { kind: became, message: { ...message, body } };
}
