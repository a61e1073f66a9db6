import { type ConversationId, groupId } from "../../protocol/conversation-id.ts";
import { limits } from "../../protocol/limits.ts";
import type { NativeConversations } from "../conversations.ts";
import { latestOf } from "../message-row.ts";
import type { Committed } from "../transaction.ts";
import type { Author } from "./cluster-events.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";

/** How many of the latest messages are looked at: bounds the cost for someone who writes much and never reads. */
const unreadScan = 3 * limits.unreadMax;

type Latest = Parameters<typeof latestOf>[0];
type Row = Place & (Latest | { [Column in keyof Latest]: null });

interface Place {
  id: ConversationId;
  head: string;
  last_message_at: string | null;
  last_read: string;
  unread: string;
  mentions: string;
}

interface State {
  user_id: string;
  conversation_id: ConversationId;
  seq: string;
  unread: string;
  mentions: string;
  head: string;
  back: boolean;
}

/** `committed` is told what a change of marks has made true. */
export function postgresConversations(
  db: Db,
  { origin, now }: Author,
  committed: (outcome: Committed) => void,
): NativeConversations {
  /** Joins to the rows of `place`, each a member's, what is unread after its number `after`. */
  const counted = () => db.sql`
    left join lateral (
      select count(*) as unread from (
        select from (
          select author_id from chat_messages
          where chat_messages.conversation_id = place.conversation_id and chat_messages.seq > place.after
            and deleted_at is null and is_line = 0
          order by chat_messages.seq desc limit ${unreadScan}::int
        ) as following
        where author_id <> place.user_id limit ${limits.unreadMax}::int
      ) as of_others
    ) as counted_unread on place.head > place.after and place.last_read is not null
    left join lateral (
      select count(*) as mentions from (
        select from mentions
        where mentions.user_id = place.user_id and mentions.conversation_id = place.conversation_id
          and mentions.seq > place.after
        limit ${limits.unreadMax}::int
      ) as meaning
    ) as counted_mentions on place.head > place.after and place.last_read is not null`;

  return {
    of: (userId) =>
      withDbErrors(async () => {
        const rows: Row[] = await db.sql`
          select conversation_id as id, head, last_message_at, last_read,
            coalesce(unread, 0) as unread, coalesce(mentions, 0) as mentions,
            latest.seq, latest.author_id as "authorId", latest.body, latest.created_at as "createdAt",
            latest.deleted_at as "deletedAt"
          from (
            select user_id, conversation_id, head, last_message_at, last_read, greatest(last_read, sees_from - 1) as after
            from memberships join conversations on id = conversation_id
            where user_id = ${userId}::bigint
          ) as place ${counted()}
          left join lateral (
            select seq, author_id, body, created_at, deleted_at from chat_messages
            where chat_messages.conversation_id = place.conversation_id order by seq desc limit 1
          ) as latest on true
          order by conversation_id = ${groupId} desc, last_message_at desc nulls last`;
        return rows.map((row) => ({
          id: row.id,
          head: Number(row.head),
          lastMessageAt: row.last_message_at === null ? null : Number(row.last_message_at),
          lastRead: Number(row.last_read),
          unread: Number(row.unread),
          mentions: Number(row.mentions),
          ...(row.seq === null ? {} : { latest: latestOf(row) }),
        }));
      }),
    markRead: (marks) =>
      withDbErrors(async () => {
        if (marks.length === 0) return [];
        const rows: State[] = await db.sql`
          with marks as (
            select min(ordinal) as ordinal, user_id, conversation_id, max(seq) as seq, bool_or(back) as back
            from unnest(
              ${marks.map(({ userId }) => userId)}::bigint[],
              ${marks.map(({ conversation }) => conversation)}::text[],
              ${marks.map(({ seq }) => seq)}::bigint[],
              ${marks.map(({ back }) => back ?? false)}::boolean[]
            ) with ordinality as mark (user_id, conversation_id, seq, back, ordinal)
            group by user_id, conversation_id
          ), present as materialized (
            select user_id, conversation_id, last_read, sees_from
            from memberships join marks using (user_id, conversation_id)
            order by user_id, conversation_id for update of memberships
          ), wanted as (
            select ordinal, user_id, conversation_id, back, coalesce(head, 0) as head, last_read,
              coalesce(sees_from, 1) as sees_from,
              case
                when last_read is null then 0
                when back then least(last_read, seq)
                else greatest(last_read, least(seq, coalesce(head, 0)))
              end as seq
            from marks
            left join present using (user_id, conversation_id)
            left join conversations on id = conversation_id
          ), moved as (
            update memberships set last_read = seq from wanted
            where memberships.user_id = wanted.user_id and memberships.conversation_id = wanted.conversation_id
              and seq <> wanted.last_read
          ), states as (
            select place.*, coalesce(unread, 0) as unread, coalesce(mentions, 0) as mentions
            from (select *, greatest(seq, sees_from - 1) as after from wanted) as place ${counted()}
          ), told as (
            insert into notices (at, origin, notice)
            select ${now()}::bigint, ${origin}, jsonb_build_object('kind', 'read.marked', 'states', jsonb_agg(
              jsonb_strip_nulls(jsonb_build_object('userId', user_id, 'conversation', conversation_id, 'seq', seq,
                'unread', unread, 'mentions', mentions, 'head', head, 'back', nullif(back, false)))
              order by ordinal))
            from states
          )
          select user_id, conversation_id, seq, unread, mentions, head, back from states order by ordinal`;
        const states = rows.map((state) => ({
          userId: Number(state.user_id),
          conversation: state.conversation_id,
          seq: Number(state.seq),
          unread: Number(state.unread),
          mentions: Number(state.mentions),
          head: Number(state.head),
          ...(state.back && { back: true as const }),
        }));
        committed({ events: [{ kind: "read.marked", states }], entries: [] });
        return states;
      }),
  };
}
