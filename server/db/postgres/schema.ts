import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from "drizzle-orm/pg-core";

// What SQLite holds too stands in step with its schema, which a test compares.

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
/** The number of a transaction, as text: it has 64 bits. */
const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });
const number = (name?: string) => (name ? bigint(name, { mode: "number" }) : bigint({ mode: "number" }));
const thisTransaction = sql`pg_current_xact_id()`;

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
    passwordHash: text("password_hash"),
    createdAt: number("created_at").notNull(),
    lastSignInAt: number("last_sign_in_at"),
  },
  (table) => [uniqueIndex("users_name_key").on(table.nameKey)],
);

export const sessions = pgTable(
  "sessions",
  {
    /** SHA-256 of the token; the token itself is only in the cookie. */
    id: bytea().primaryKey(),
    userId: number("user_id")
      .notNull()
      .references(() => users.id),
    device: text().notNull(),
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
    text: text().notNull(),
    createdAt: number("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.conversationId, table.seq] }),
    // The id first: ids that grow with time then meet at the index's end, one page for all authors of a commit.
    uniqueIndex("messages_once").on(table.clientId, table.authorId),
    uniqueIndex("messages_rev").on(table.conversationId, table.rev),
  ],
);

// From here on what only several nodes need.

/** What nodes hold in memory and must hear of, written in the transaction that made it so. */
export const notices = pgTable(
  "notices",
  {
    id: number().primaryKey().generatedAlwaysAsIdentity(),
    xid: xid8().notNull().default(thisTransaction),
    at: number().notNull(),
    /** The node that wrote it. */
    origin: text().notNull(),
    notice: jsonb().notNull(),
  },
  (table) => [index("notices_xid").on(table.xid), index("notices_at").on(table.at)],
);

/** The nodes that run. One whose lease is over counts as dead. */
export const nodes = pgTable("nodes", {
  id: text().primaryKey(),
  leaseUntil: timestamp("lease_until", { withTimezone: true }).notNull(),
  /** Counts the changes of the node's seats. */
  presenceRev: number("presence_rev").notNull().default(0),
  startedAt: timestamp("started_at", { withTimezone: true }).notNull().defaultNow(),
});

/** Who has sockets on which node. */
export const seats = pgTable(
  "seats",
  {
    nodeId: text("node_id")
      .notNull()
      .references(() => nodes.id, { onDelete: "cascade" }),
    userId: number("user_id").notNull(),
    sockets: integer().notNull(),
    /** Whether the user only came back to this node. */
    quiet: boolean().notNull(),
  },
  (table) => [primaryKey({ columns: [table.nodeId, table.userId] })],
);
