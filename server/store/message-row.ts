import type { ConversationId } from "../protocol/conversation-id.ts";
import type { Message } from "../protocol/events.ts";
import type { Tables } from "./tables.ts";

/** A message as Drizzle selects its row. */
export const selectedMessage = (row: Tables["messages"]["$inferSelect"]): Message => ({
  conversation: row.conversationId as ConversationId,
  seq: row.seq,
  rev: row.rev,
  author: row.authorId,
  clientId: row.clientId,
  body: { text: row.text },
  createdAt: row.createdAt,
  ...(row.deletedAt === null ? {} : { deletedAt: row.deletedAt }),
});
