import { and, desc, eq, gt, isNull, ne, type SQL, sql } from "drizzle-orm";
import { type ConversationId, groupId } from "../../protocol/conversation-id.ts";
import { limits } from "../../protocol/limits.ts";
import type { NativeConversations, ReadMark } from "../conversations.ts";
import type { Committed } from "../transaction.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { ormOf } from "./orm.ts";
import { prepared } from "./prepared.ts";
import { conversations, memberships, mentions, messages } from "./schema.ts";

/** How many of the latest messages are looked at: bounds the cost for someone who writes much and never reads. */
const unreadScan = 10 * limits.unreadMax;

/** A conversation with its mark, as bun:sqlite gives it. */
interface Row {
  id: string;
  head: number;
  last_message_at: number | null;
  last_read: number;
  sees_from: number;
}

/** A mark as it stands. */
type Mark = Pick<Row, "last_read" | "sees_from">;

/** `committed` is told what a change of marks has made true. */
export function sqliteConversations(
  opened: Db,
  committed: (outcome: Committed) => void = () => {},
): NativeConversations {
  const db = ormOf(opened);
  const of = prepared<Row, [userId: number, group: string]>(
    opened,
    db
      .select({
        id: conversations.id,
        head: conversations.head,
        lastMessageAt: conversations.lastMessageAt,
        lastRead: memberships.lastRead,
        seesFrom: memberships.seesFrom,
      })
      .from(memberships)
      .innerJoin(conversations, eq(conversations.id, memberships.conversationId))
      .where(eq(memberships.userId, sql.placeholder("userId")))
      .orderBy(desc(eq(conversations.id, sql.placeholder("group"))), desc(conversations.lastMessageAt)),
  );

  const following = db
    .select({ author: messages.authorId })
    .from(messages)
    .where(
      and(
        eq(messages.conversationId, sql.placeholder("conversation")),
        gt(messages.seq, sql.placeholder("after")),
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
    .where(ne(following.author, sql.placeholder("userId")))
    .limit(sql.placeholder("most"))
    .as("of_others");
  const unread = prepared<
    { count: number },
    [conversation: string, after: number, scan: number, userId: number, most: number]
  >(opened, db.select({ count: sql`count(*)`.as("count") }).from(ofOthers));

  const meaning = db
    .select({ seq: mentions.seq })
    .from(mentions)
    .innerJoin(
      messages,
      and(eq(messages.conversationId, mentions.conversationId), eq(messages.seq, mentions.seq)),
    )
    .where(
      and(
        eq(mentions.userId, sql.placeholder("userId")),
        eq(mentions.conversationId, sql.placeholder("conversation")),
        gt(mentions.seq, sql.placeholder("after")),
        isNull(messages.deletedAt),
      ),
    )
    .limit(sql.placeholder("most"))
    .as("meaning");
  const meant = prepared<
    { count: number },
    [userId: number, conversation: string, after: number, most: number]
  >(opened, db.select({ count: sql`count(*)`.as("count") }).from(meaning));

  /** What is unread after a mark, nothing of it from before what the member sees. */
  const countsOf = (userId: number, conversation: string, { last_read, sees_from }: Mark, head: number) => {
    const after = Math.max(last_read, sees_from - 1);
    if (head <= after) return { unread: 0, mentions: 0 };
    return {
      unread: unread.get(conversation, after, unreadScan, userId, limits.unreadMax)!.count,
      mentions: meant.get(userId, conversation, after, limits.unreadMax)!.count,
    };
  };

  const head = prepared<{ head: number }, [id: string]>(
    opened,
    db
      .select({ head: conversations.head })
      .from(conversations)
      .where(eq(conversations.id, sql.placeholder("id"))),
  );
  const move = (to: SQL) =>
    prepared<Mark, [seq: number, userId: number, conversation: string]>(
      opened,
      db
        .update(memberships)
        .set({ lastRead: to })
        .where(
          and(
            eq(memberships.userId, sql.placeholder("userId")),
            eq(memberships.conversationId, sql.placeholder("conversation")),
          ),
        )
        .returning({ lastRead: memberships.lastRead, seesFrom: memberships.seesFrom }),
    );
  const seq = sql.placeholder("seq");
  const forward = move(sql`max(${memberships.lastRead}, ${seq})`);
  const backward = move(sql`min(${memberships.lastRead}, ${seq})`);
  const nobody: Mark = { last_read: 0, sees_from: 1 };
  const marked = opened.$client.transaction((marks: ReadMark[]) =>
    marks.map(({ userId, conversation, seq, ...way }) => {
      const top = head.get(conversation)?.head ?? 0;
      const mark = (way.back ? backward : forward).get(Math.min(seq, top), userId, conversation) ?? nobody;
      const counts = countsOf(userId, conversation, mark, top);
      return { userId, conversation, seq: mark.last_read, ...counts, head: top, ...way };
    }),
  );

  return {
    of: (userId) =>
      withDbErrors(() =>
        of.all(userId, groupId).map(({ id, head, last_message_at, ...mark }) => ({
          id: id as ConversationId,
          head,
          lastMessageAt: last_message_at,
          lastRead: mark.last_read,
          ...countsOf(userId, id, mark, head),
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
