import type { ErrorCode } from "../../protocol/errors.ts";
import type { Draft, Outcome } from "../messages.ts";
import type { Db } from "./open.ts";

interface Row {
  place: number;
  /** "stored", "duplicate", or the code of a refusal. */
  became: string;
  at_seq: string | null;
  at_rev: string | null;
  at_time: string | null;
  deleted: string | null;
}

/**
 * The only writer of messages: stores drafts in one transaction and one round trip, by the function of the migrations.
 * Only the numbers come back; the rest is what was sent.
 */
export async function postgresAppend({ sql }: Db, drafts: readonly Draft[]): Promise<Outcome[]> {
  if (drafts.length === 0) return [];
  const rows: Row[] = await sql`
    select place, became, at_seq, at_rev, at_time, deleted from append_messages(
      ${drafts.map((draft) => draft.conversation)}::text[],
      ${drafts.map((draft) => draft.author)}::bigint[],
      ${drafts.map((draft) => draft.clientId)}::text[],
      ${drafts.map((draft) => draft.text)}::text[],
      ${drafts.map((draft) => draft.createdAt)}::bigint[])`;
  return rows.map((row) => outcomeOf(row, drafts[row.place - 1]!));
}

function outcomeOf({ became, at_seq, at_rev, at_time, deleted }: Row, draft: Draft): Outcome {
  if (became !== "stored" && became !== "duplicate") return { kind: "refused", code: became as ErrorCode };
  const { conversation, author, clientId, text } = draft;
  const [seq, rev, createdAt] = [Number(at_seq), Number(at_rev), Number(at_time)];
  const message = { conversation, seq, rev, author, clientId, createdAt };
  if (deleted === null) return { kind: became, message: { ...message, body: { text } } };
  return { kind: became, message: { ...message, body: { text: "" }, deletedAt: Number(deleted) } };
}
