import { sql } from "drizzle-orm";
import { index, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { accountStatuses, roles } from "../../protocol/roles.ts";
import { bytea, number, thisTransaction, xid8 } from "./columns.ts";

// What SQLite holds too stands in step with its schema, which a test compares.

/** Facts about the database itself, such as the epoch. */
export const meta = pgTable("meta", {
  key: text().primaryKey(),
  value: text().notNull(),
});

/** An account. A deleted one keeps its row, so that ids are never given again, and loses everything else. */
export const users = pgTable(
  "users",
  {
    id: number().primaryKey().generatedAlwaysAsIdentity(),
    name: text(),
    /** The name in lower case: what is unique. */
    nameKey: text("name_key"),
    /** What names that look alike have in common, and new ones may not share; null for who had one that looks like an earlier one's. */
    skeleton: text("likeness"),
    passwordHash: text("password_hash"),
    role: text({ enum: roles }).notNull().default("member"),
    status: text("standing", { enum: accountStatuses }).notNull().default("active"),
    statusReason: text("standing_reason"),
    mutedUntil: number("muted_until"),
    createdAt: number("created_at").notNull(),
    lastSignInAt: number("last_sign_in_at"),
    /** Whether recovery codes were given with the factors there are, used up or not: 1 or 0. */
    hasRecovery: number("has_recovery").notNull().default(0),
    /** Whether the messages of this deleted account are still being removed: 1 or 0. */
    erasing: number().notNull().default(0),
  },
  (table) => [
    uniqueIndex("users_name_key").on(table.nameKey),
    uniqueIndex("users_likeness").on(table.skeleton),
  ],
);

export const sessions = pgTable(
  "sessions",
  {
    /** SHA-256 of the token; the token itself is only in the cookie. */
    id: bytea().primaryKey(),
    userId: number("user_id")
      .notNull()
      .references(() => users.id),
    /** The user agent, as the browser tells it. */
    device: text().notNull(),
    /** What its owner calls the device. */
    label: text(),
    address: text().notNull().default(""),
    /** How many factors were proven when it began: 1, or 2. */
    factors: number().notNull().default(1),
    /** When a factor was proven last. */
    provenAt: number("proven_at").notNull().default(0),
    /** SHA-256 of the key it is bound to, in base64url; empty where to none, null until it is used with one: from before there were keys. */
    keyHash: text("key_hash"),
    createdAt: number("created_at").notNull(),
    seenAt: number("seen_at").notNull(),
  },
  (table) => [index("sessions_user").on(table.userId)],
);

export const conversations = pgTable(
  "conversations",
  {
    id: text().primaryKey(),
    kind: text({ enum: ["group", "direct"] }).notNull(),
    /** The number of the latest change; every change takes the next one. */
    head: number().notNull().default(0),
    lastMessageAt: number("last_message_at"),
    /** The transaction that moved the head last: a node asks for those it could not see yet when it looked before. */
    changed: xid8().notNull().default(thisTransaction),
  },
  (table) => [index("conversations_changed").on(table.changed)],
);

export const memberships = pgTable(
  "memberships",
  {
    userId: number("user_id")
      .notNull()
      .references(() => users.id),
    conversationId: text("conversation_id")
      .notNull()
      .references(() => conversations.id),
    lastRead: number("last_read").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.userId, table.conversationId] })],
);

export const messages = pgTable(
  "messages",
  {
    conversationId: text("conversation_id")
      .notNull()
      .references(() => conversations.id),
    seq: number().notNull(),
    rev: number().notNull(),
    authorId: number("author_id")
      .notNull()
      .references(() => users.id),
    clientId: text("client_id").notNull(),
    /** Empty once it was deleted. */
    text: text().notNull(),
    createdAt: number("created_at").notNull(),
    deletedAt: number("deleted_at"),
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
