import { and, desc, eq, gt, isNull, ne, sql } from "drizzle-orm";
import { type ConversationId, groupId } from "../../protocol/conversation-id.ts";
import { limits } from "../../protocol/limits.ts";
import type { NativeConversations, ReadMark } from "../conversations.ts";
import type { Committed } from "../transaction.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { ormOf } from "./orm.ts";
import { prepared } from "./prepared.ts";
import { conversations, memberships, messages } from "./schema.ts";

/** How many of the latest messages are looked at: bounds the cost for someone who writes much and never reads. */
const unreadScan = 10 * limits.unreadMax;

/** A conversation with its mark, as bun:sqlite gives it. */
interface Row {
  id: string;
  head: number;
  last_message_at: number | null;
  last_read: number;
}

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
        gt(messages.seq, sql.placeholder("lastRead")),
        isNull(messages.deletedAt),
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
    [conversation: string, lastRead: number, scan: number, userId: number, most: number]
  >(opened, db.select({ count: sql`count(*)`.as("count") }).from(ofOthers));
  const unreadOf = (userId: number, conversation: string, lastRead: number, head: number) =>
    head <= lastRead ? 0 : unread.get(conversation, lastRead, unreadScan, userId, limits.unreadMax)!.count;

  const head = prepared<{ head: number }, [id: string]>(
    opened,
    db
      .select({ head: conversations.head })
      .from(conversations)
      .where(eq(conversations.id, sql.placeholder("id"))),
  );
  const advance = prepared<{ last_read: number }, [seq: number, userId: number, conversation: string]>(
    opened,
    db
      .update(memberships)
      .set({ lastRead: sql`max(${memberships.lastRead}, ${sql.placeholder("seq")})` })
      .where(
        and(
          eq(memberships.userId, sql.placeholder("userId")),
          eq(memberships.conversationId, sql.placeholder("conversation")),
        ),
      )
      .returning({ lastRead: memberships.lastRead }),
  );
  const marked = opened.$client.transaction((marks: ReadMark[]) =>
    marks.map(({ userId, conversation, seq }) => {
      const top = head.get(conversation)?.head ?? 0;
      const at = advance.get(Math.min(seq, top), userId, conversation)?.last_read ?? 0;
      return { userId, conversation, seq: at, unread: unreadOf(userId, conversation, at, top) };
    }),
  );

  return {
    of: (userId) =>
      withDbErrors(() =>
        of.all(userId, groupId).map(({ id, head, last_message_at, last_read }) => ({
          id: id as ConversationId,
          head,
          lastMessageAt: last_message_at,
          lastRead: last_read,
          unread: unreadOf(userId, id, last_read, head),
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
