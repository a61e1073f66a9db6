import { and, desc, eq, gt, isNull, ne, sql } from "drizzle-orm";
import { type ConversationId, groupId } from "../../protocol/conversation-id.ts";
import { limits } from "../../protocol/limits.ts";
import type { Conversations } from "../conversations.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
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

export function sqliteConversations(db: Db): Conversations {
  const of = prepared<Row, [userId: number, group: string]>(
    db,
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
    .limit(unreadScan)
    .as("following");
  const ofOthers = db
    .select({ author: following.author })
    .from(following)
    .where(ne(following.author, sql.placeholder("userId")))
    .limit(limits.unreadMax)
    .as("of_others");
  const unread = db.select({ count: sql<number>`count(*)` }).from(ofOthers).prepare();
  const unreadOf = (userId: number, conversation: string, lastRead: number, head: number) =>
    head <= lastRead ? 0 : (unread.get({ conversation, lastRead, userId })?.count ?? 0);

  const head = db
    .select({ head: conversations.head })
    .from(conversations)
    .where(eq(conversations.id, sql.placeholder("id")))
    .prepare();
  const advance = db
    .update(memberships)
    .set({ lastRead: sql`max(${memberships.lastRead}, ${sql.placeholder("seq")})` })
    .where(
      and(
        eq(memberships.userId, sql.placeholder("userId")),
        eq(memberships.conversationId, sql.placeholder("conversation")),
      ),
    )
    .returning({ lastRead: memberships.lastRead })
    .prepare();

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
    head: (id) => withDbErrors(() => head.get({ id })?.head ?? 0),
    markRead: (marks) =>
      withDbErrors(() =>
        db.transaction(() =>
          marks.map(({ userId, conversation, seq }) => {
            const top = head.get({ id: conversation })?.head ?? 0;
            const mark = advance.get({ userId, conversation, seq: Math.min(seq, top) });
            const at = mark?.lastRead ?? 0;
            return { userId, conversation, seq: at, unread: unreadOf(userId, conversation, at, top) };
          }),
        ),
      ),
  };
}
