import { type ConversationId, groupId } from "../../protocol/conversation-id.ts";
import { limits } from "../../protocol/limits.ts";
import type { NativeConversations } from "../conversations.ts";
import type { Committed } from "../transaction.ts";
import type { Author } from "./cluster-events.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";

/** How many of the latest messages are looked at: bounds the cost for someone who writes much and never reads. */
const unreadScan = 10 * limits.unreadMax;

interface Row {
  id: ConversationId;
  head: string;
  last_message_at: string | null;
  last_read: string;
  unread: string;
}

interface State {
  user_id: string;
  conversation_id: ConversationId;
  seq: string;
  unread: string;
}

/** `committed` is told what a change of marks has made true. */
export function postgresConversations(
  db: Db,
  { origin, now }: Author,
  committed: (outcome: Committed) => void,
): NativeConversations {
  return {
    of: (userId) =>
      withDbErrors(async () => {
        const rows: Row[] = await db.sql`
          select id, head, last_message_at, last_read, coalesce(unread, 0) as unread
          from memberships
          join conversations on id = conversation_id
          left join lateral (
            select count(*) as unread from (
              select from (
                select author_id from chat_messages
                where chat_messages.conversation_id = id and seq > last_read and deleted_at is null
                order by seq desc limit ${unreadScan}::int
              ) as following
              where author_id <> user_id limit ${limits.unreadMax}::int
            ) as of_others
          ) as counted on head > last_read
          where user_id = ${userId}::bigint
          order by id = ${groupId} desc, last_message_at desc nulls last`;
        return rows.map((row) => ({
          id: row.id,
          head: Number(row.head),
          lastMessageAt: row.last_message_at === null ? null : Number(row.last_message_at),
          lastRead: Number(row.last_read),
          unread: Number(row.unread),
        }));
      }),
    markRead: (marks) =>
      withDbErrors(async () => {
        if (marks.length === 0) return [];
        const rows: State[] = await db.sql`
          with marks as (
            select min(ordinal) as ordinal, user_id, conversation_id, max(seq) as seq
            from unnest(
              ${marks.map(({ userId }) => userId)}::bigint[],
              ${marks.map(({ conversation }) => conversation)}::text[],
              ${marks.map(({ seq }) => seq)}::bigint[]
            ) with ordinality as mark (user_id, conversation_id, seq, ordinal)
            group by user_id, conversation_id
          ), present as materialized (
            select user_id, conversation_id, last_read from memberships join marks using (user_id, conversation_id)
            order by user_id, conversation_id for update of memberships
          ), wanted as (
            select ordinal, user_id, conversation_id, coalesce(head, 0) as head, coalesce(last_read, 0) as last_read,
              case when last_read is null then 0 else greatest(last_read, least(seq, coalesce(head, 0))) end as seq
            from marks
            left join present using (user_id, conversation_id)
            left join conversations on id = conversation_id
          ), advanced as (
            update memberships set last_read = greatest(memberships.last_read, seq) from wanted
            where memberships.user_id = wanted.user_id and memberships.conversation_id = wanted.conversation_id
              and seq > wanted.last_read
          ), states as (
            select ordinal, wanted.user_id, wanted.conversation_id, wanted.seq, coalesce(unread, 0) as unread
            from wanted left join lateral (
              select count(*) as unread from (
                select from (
                  select author_id from chat_messages
                  where chat_messages.conversation_id = wanted.conversation_id and chat_messages.seq > wanted.seq
                    and deleted_at is null
                  order by chat_messages.seq desc limit ${unreadScan}::int
                ) as following
                where author_id <> wanted.user_id limit ${limits.unreadMax}::int
              ) as of_others
            ) as counted on head > wanted.seq
          ), told as (
            insert into notices (at, origin, notice)
            select ${now()}::bigint, ${origin}, jsonb_build_object('kind', 'read.marked', 'states', jsonb_agg(
              jsonb_build_object('userId', user_id, 'conversation', conversation_id, 'seq', seq, 'unread', unread)
              order by ordinal))
            from states
          )
          select user_id, conversation_id, seq, unread from states order by ordinal`;
        const states = rows.map((state) => ({
          userId: Number(state.user_id),
          conversation: state.conversation_id,
          seq: Number(state.seq),
          unread: Number(state.unread),
        }));
        committed({ events: [{ kind: "read.marked", states }], entries: [] });
        return states;
      }),
  };
}
