import { and, desc, eq, gt, isNull, ne, type SQL, sql } from "drizzle-orm";
import { type ConversationId, groupId } from "../../protocol/conversation-id.ts";
import { limits } from "../../protocol/limits.ts";
import type { NativeConversations, ReadMark } from "../conversations.ts";
import { latestOf } from "../message-row.ts";
import type { Committed } from "../transaction.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { ormOf } from "./orm.ts";
import { namedColumns, prepared } from "./prepared.ts";
import { conversations, memberships, mentions, messages } from "./schema.ts";

/** How many of the latest messages are looked at: bounds the cost for someone who writes much and never reads. */
const unreadScan = 3 * limits.unreadMax;

/** A conversation as a member has it, as bun:sqlite gives it. */
interface Row {
  id: string;
  head: number;
  last_message_at: number | null;
  last_read: number;
  unread: number;
  mentions: number;
}

const { seq, authorId, body, createdAt, deletedAt } = namedColumns(messages);
const latestColumns = { seq, authorId, body, createdAt, deletedAt };
type LatestRow = Parameters<typeof latestOf>[0];

/** `committed` is told what a change of marks has made true. */
export function sqliteConversations(
  opened: Db,
  committed: (outcome: Committed) => void = () => {},
): NativeConversations {
  const db = ormOf(opened);
  // What is unread after the mark, nothing of it from before what the member sees. One statement counts it for all conversations:
  // to run one for each takes ten times as long as to find that there is nothing.
  const after = sql`max(${memberships.lastRead}, ${memberships.seesFrom} - 1)`;
  const following = db
    .select({ author: messages.authorId })
    .from(messages)
    .where(
      and(
        eq(messages.conversationId, memberships.conversationId),
        gt(messages.seq, after),
        isNull(messages.deletedAt),
        eq(messages.isLine, sql`0`),
      ),
    )
    .orderBy(desc(messages.seq))
    .limit(sql.placeholder("scan"))
    .as("following");
  const ofOthers = db
    .select({ author: following.author })
    .from(following)
    .where(ne(following.author, memberships.userId))
    .limit(sql.placeholder("most"))
    .as("of_others");
  const meaning = db
    .select({ seq: mentions.seq })
    .from(mentions)
    .where(
      and(
        eq(mentions.userId, memberships.userId),
        eq(mentions.conversationId, memberships.conversationId),
        gt(mentions.seq, after),
      ),
    )
    .limit(sql.placeholder("most"))
    .as("meaning");
  const counted = (rows: typeof ofOthers | typeof meaning, name: string) =>
    sql`case when ${conversations.head} > ${after} then (select count(*) from ${rows}) else 0 end`.as(name);
  const columns = {
    id: conversations.id,
    head: conversations.head,
    lastMessageAt: conversations.lastMessageAt,
    lastRead: memberships.lastRead,
    unread: counted(ofOthers, "unread"),
    mentions: counted(meaning, "mentions"),
  };
  const isOfMember = eq(conversations.id, memberships.conversationId);
  const inConversation = eq(messages.conversationId, conversations.id);
  const isLatest = and(
    inConversation,
    eq(messages.seq, sql`(select max(${messages.seq}) from ${messages} where ${inConversation})`),
  );
  const isTheirs = eq(memberships.userId, sql.placeholder("userId"));
  type Bounds = [scan: number, unread: number, mentions: number];
  const bounds: Bounds = [unreadScan, limits.unreadMax, limits.unreadMax];
  const of = prepared<Row & (LatestRow | { seq: null }), [...Bounds, userId: number, group: string]>(
    opened,
    db
      .select({ ...columns, ...latestColumns })
      .from(memberships)
      .innerJoin(conversations, isOfMember)
      .leftJoin(messages, isLatest)
      .where(isTheirs)
      .orderBy(desc(eq(conversations.id, sql.placeholder("group"))), desc(conversations.lastMessageAt)),
  );
  const one = prepared<Row, [...Bounds, userId: number, conversation: string]>(
    opened,
    db
      .select(columns)
      .from(memberships)
      .innerJoin(conversations, isOfMember)
      .where(and(isTheirs, eq(memberships.conversationId, sql.placeholder("conversation")))),
  );

  const head = prepared<{ head: number }, [id: string]>(
    opened,
    db
      .select({ head: conversations.head })
      .from(conversations)
      .where(eq(conversations.id, sql.placeholder("id"))),
  );
  const move = (to: SQL) =>
    prepared<unknown, [seq: number, userId: number, conversation: string]>(
      opened,
      db
        .update(memberships)
        .set({ lastRead: to })
        .where(and(isTheirs, eq(memberships.conversationId, sql.placeholder("conversation")))),
    );
  const to = sql.placeholder("seq");
  const forward = move(sql`max(${memberships.lastRead}, ${to})`);
  const backward = move(sql`min(${memberships.lastRead}, ${to})`);
  const marked = opened.$client.transaction((marks: ReadMark[]) =>
    marks.map(({ userId, conversation, seq, ...way }) => {
      const top = head.get(conversation)?.head ?? 0;
      (way.back ? backward : forward).run(Math.min(seq, top), userId, conversation);
      const stands = one.get(...bounds, userId, conversation);
      const { last_read, unread, mentions } = stands ?? { last_read: 0, unread: 0, mentions: 0 };
      return { userId, conversation, seq: last_read, unread, mentions, head: top, ...way };
    }),
  );

  return {
    of: (userId) =>
      withDbErrors(() =>
        of.all(...bounds, userId, groupId).map((row) => ({
          id: row.id as ConversationId,
          head: row.head,
          lastMessageAt: row.last_message_at,
          lastRead: row.last_read,
          unread: row.unread,
          mentions: row.mentions,
          ...(row.seq === null ? {} : { latest: latestOf(row) }),
        })),
      ),
    markRead: (marks) =>
      withDbErrors(() => {
        const states = marked(marks);
        committed({ events: [{ kind: "read.marked", states }], entries: [] });
        return states;
      }),
  };
}
