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
import { roles, standings } from "../../protocol/roles.ts";

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
    /** What names that look alike have in common: what new ones may not share with others. */
    likeness: text(),
    passwordHash: text("password_hash"),
    role: text({ enum: roles }).notNull().default("member"),
    standing: text({ enum: standings }).notNull().default("active"),
    standingReason: text("standing_reason"),
    mutedUntil: number("muted_until"),
    createdAt: number("created_at").notNull(),
    lastSignInAt: number("last_sign_in_at"),
    /** Whether the messages of this deleted account are still being removed: 1 or 0. */
    erasing: number().notNull().default(0),
  },
  (table) => [
    uniqueIndex("users_name_key").on(table.nameKey),
    uniqueIndex("users_likeness").on(table.likeness),
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
  ],
);

/** How the server is set up, as JSON under one key. */
export const house = pgTable("house", {
  key: text().primaryKey(),
  value: text().notNull(),
});

/** Secrets of one-time passwords, sealed under the pepper. */
export const totp = pgTable(
  "totp",
  {
    userId: number("user_id")
      .notNull()
      .references(() => users.id),
    secret: text().notNull(),
    /** The time step of the last code that was taken: none may be taken twice. */
    lastStep: number("last_step").notNull(),
    createdAt: number("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId] })],
);

export const recoveryCodes = pgTable(
  "recovery_codes",
  {
    /** SHA-256 of the code. */
    id: bytea().primaryKey(),
    userId: number("user_id")
      .notNull()
      .references(() => users.id),
  },
  (table) => [index("recovery_codes_user").on(table.userId)],
);

export const passkeys = pgTable(
  "passkeys",
  {
    /** The credential's id, in base64url. */
    id: text().primaryKey(),
    userId: number("user_id")
      .notNull()
      .references(() => users.id),
    /** The host name it belongs to. */
    rpId: text("rp_id").notNull(),
    publicKey: bytea("public_key").notNull(),
    counter: number().notNull(),
    /** A JSON array. */
    transports: text().notNull(),
    name: text().notNull(),
    createdAt: number("created_at").notNull(),
    lastUsedAt: number("last_used_at"),
  },
  (table) => [index("passkeys_user").on(table.userId)],
);

/** Accounts at providers of sign-in that open an account here. */
export const identities = pgTable(
  "identities",
  {
    issuer: text().notNull(),
    subject: text().notNull(),
    userId: number("user_id")
      .notNull()
      .references(() => users.id),
    /** The provider, as the configuration names it. */
    provider: text().notNull(),
    createdAt: number("created_at").notNull(),
    lastUsedAt: number("last_used_at"),
  },
  (table) => [
    primaryKey({ columns: [table.issuer, table.subject] }),
    index("identities_user").on(table.userId),
  ],
);

/** What is valid once and for a short time: reset links, challenges of passkeys, sign-ins at a provider that are under way. */
export const tickets = pgTable(
  "tickets",
  {
    /** SHA-256 of the token. */
    id: bytea().primaryKey(),
    kind: text().notNull(),
    userId: number("user_id").references(() => users.id),
    data: text().notNull(),
    expiresAt: number("expires_at").notNull(),
  },
  (table) => [index("tickets_expire").on(table.expiresAt), index("tickets_user").on(table.userId)],
);

/** Invitations. The token is made from id, time and pepper, so that none can be made from a stolen database. */
export const invites = pgTable("invites", {
  id: number().primaryKey().generatedAlwaysAsIdentity(),
  createdBy: number("created_by")
    .notNull()
    .references(() => users.id),
  createdAt: number("created_at").notNull(),
  expiresAt: number("expires_at"),
  maxUses: number("max_uses"),
  uses: number().notNull().default(0),
  label: text().notNull(),
  revokedAt: number("revoked_at"),
});

/** Messages that were reported to the moderators. */
export const reports = pgTable(
  "reports",
  {
    id: number().primaryKey().generatedAlwaysAsIdentity(),
    conversationId: text("conversation_id")
      .notNull()
      .references(() => conversations.id),
    seq: number().notNull(),
    reporterId: number("reporter_id")
      .notNull()
      .references(() => users.id),
    reason: text().notNull(),
    createdAt: number("created_at").notNull(),
    settledAt: number("settled_at"),
    settledBy: number("settled_by").references(() => users.id),
    outcome: text(),
  },
  (table) => [uniqueIndex("reports_once").on(table.conversationId, table.seq, table.reporterId)],
);

/** What was done and by whom. Rows are added and never changed; triggers refuse it, and deletion before their time is over. */
export const audit = pgTable(
  "audit",
  {
    id: number().primaryKey().generatedAlwaysAsIdentity(),
    at: number().notNull(),
    event: text().notNull(),
    actorId: number("actor_id"),
    subjectId: number("subject_id"),
    address: text(),
    /** A JSON object. */
    detail: text().notNull(),
  },
  (table) => [index("audit_at").on(table.at)],
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
