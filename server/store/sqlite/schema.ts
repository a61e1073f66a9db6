import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { accountStatuses, roles } from "../../protocol/roles.ts";

/** Facts about the database itself, such as the epoch. */
export const meta = sqliteTable("meta", {
  key: text().primaryKey(),
  value: text().notNull(),
});

/** An account. A deleted one keeps its row, so that ids are never given again, and loses everything else. */
export const users = sqliteTable(
  "users",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    name: text(),
    /** The name in lower case: what is unique. */
    nameKey: text("name_key"),
    /** What names that look alike have in common, and new ones may not share; null for who had one that looks like an earlier one's. */
    skeleton: text("likeness"),
    passwordHash: text("password_hash"),
    role: text({ enum: roles }).notNull().default("member"),
    status: text("standing", { enum: accountStatuses }).notNull().default("active"),
    statusReason: text("standing_reason"),
    mutedUntil: integer("muted_until"),
    createdAt: integer("created_at").notNull(),
    lastSignInAt: integer("last_sign_in_at"),
    /** Whether recovery codes were given with the factors there are, used up or not: 1 or 0. */
    hasRecovery: integer("has_recovery").notNull().default(0),
    /** What the user chose, as a JSON object, with what other versions know of it. */
    preferences: text().notNull().default("{}"),
    /** Whether the messages of this deleted account are still being removed: 1 or 0. */
    erasing: integer().notNull().default(0),
  },
  (table) => [
    uniqueIndex("users_name_key").on(table.nameKey),
    uniqueIndex("users_likeness").on(table.skeleton),
  ],
);

export const sessions = sqliteTable(
  "sessions",
  {
    /** SHA-256 of the token; the token itself is only in the cookie. */
    id: blob({ mode: "buffer" }).primaryKey(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id),
    /** The user agent, as the browser tells it. */
    device: text().notNull(),
    /** What its owner calls the device. */
    label: text(),
    address: text().notNull().default(""),
    /** How many factors were proven when it began: 1, or 2. */
    factors: integer().notNull().default(1),
    /** When a factor was proven last. */
    provenAt: integer("proven_at").notNull().default(0),
    /** SHA-256 of the key it is bound to, in base64url; empty where to none, null until it is used with one: from before there were keys. */
    keyHash: text("key_hash"),
    createdAt: integer("created_at").notNull(),
    seenAt: integer("seen_at").notNull(),
  },
  (table) => [index("sessions_user").on(table.userId)],
);

export const conversations = sqliteTable("conversations", {
  id: text().primaryKey(),
  kind: text({ enum: ["group", "direct"] }).notNull(),
  /** The number of the latest change; every change takes the next one. */
  head: integer().notNull().default(0),
  lastMessageAt: integer("last_message_at"),
});

export const memberships = sqliteTable(
  "memberships",
  {
    userId: integer("user_id")
      .notNull()
      .references(() => users.id),
    conversationId: text("conversation_id")
      .notNull()
      .references(() => conversations.id),
    lastRead: integer("last_read").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.userId, table.conversationId] })],
);

export const messages = sqliteTable(
  "chat_messages",
  {
    conversationId: text("conversation_id")
      .notNull()
      .references(() => conversations.id),
    seq: integer().notNull(),
    rev: integer().notNull(),
    authorId: integer("author_id")
      .notNull()
      .references(() => users.id),
    clientId: text("client_id").notNull(),
    /** What it says, in the JSON of `message-row.ts`; null once it was deleted. */
    body: text(),
    createdAt: integer("created_at").notNull(),
    deletedAt: integer("deleted_at"),
    /** The mark of the body as it was sent, once that is another; null otherwise, and once it was deleted. */
    sentMark: text("sent_mark"),
  },
  (table) => [
    primaryKey({ columns: [table.conversationId, table.seq] }),
    // The id first: ids that grow with time then meet at the index's end, one page for all authors of a commit.
    uniqueIndex("messages_once").on(table.clientId, table.authorId),
    uniqueIndex("messages_rev").on(table.conversationId, table.rev),
    // What one person wrote is asked for when they take their data along, or wish it gone.
    index("messages_author")
      .on(table.authorId, table.conversationId, table.seq)
      .where(sql`deleted_at is null`),
  ],
);
