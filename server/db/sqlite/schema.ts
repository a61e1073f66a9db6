import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { roles, standings } from "../../protocol/roles.ts";

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
    /** What names that look alike have in common: what new ones may not share with others. */
    likeness: text(),
    passwordHash: text("password_hash"),
    role: text({ enum: roles }).notNull().default("member"),
    standing: text({ enum: standings }).notNull().default("active"),
    standingReason: text("standing_reason"),
    mutedUntil: integer("muted_until"),
    createdAt: integer("created_at").notNull(),
    lastSignInAt: integer("last_sign_in_at"),
    /** Whether the messages of this deleted account are still being removed: 1 or 0. */
    erasing: integer().notNull().default(0),
  },
  (table) => [
    uniqueIndex("users_name_key").on(table.nameKey),
    uniqueIndex("users_likeness").on(table.likeness),
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
  "messages",
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
    /** Empty once it was deleted. */
    text: text().notNull(),
    createdAt: integer("created_at").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [
    primaryKey({ columns: [table.conversationId, table.seq] }),
    // The id first: ids that grow with time then meet at the index's end, one page for all authors of a commit.
    uniqueIndex("messages_once").on(table.clientId, table.authorId),
    uniqueIndex("messages_rev").on(table.conversationId, table.rev),
  ],
);

/** How the server is set up, as JSON under one key. */
export const house = sqliteTable("house", {
  key: text().primaryKey(),
  value: text().notNull(),
});

/** Secrets of one-time passwords, sealed under the pepper. */
export const totp = sqliteTable(
  "totp",
  {
    userId: integer("user_id")
      .notNull()
      .references(() => users.id),
    secret: text().notNull(),
    /** The time step of the last code that was taken: none may be taken twice. */
    lastStep: integer("last_step").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId] })],
);

export const recoveryCodes = sqliteTable(
  "recovery_codes",
  {
    /** SHA-256 of the code. */
    id: blob({ mode: "buffer" }).primaryKey(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id),
  },
  (table) => [index("recovery_codes_user").on(table.userId)],
);

export const passkeys = sqliteTable(
  "passkeys",
  {
    /** The credential's id, in base64url. */
    id: text().primaryKey(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id),
    /** The host name it belongs to. */
    rpId: text("rp_id").notNull(),
    publicKey: blob("public_key", { mode: "buffer" }).notNull(),
    counter: integer().notNull(),
    /** A JSON array. */
    transports: text().notNull(),
    name: text().notNull(),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [index("passkeys_user").on(table.userId)],
);

/** Accounts at providers of sign-in that open an account here. */
export const identities = sqliteTable(
  "identities",
  {
    issuer: text().notNull(),
    subject: text().notNull(),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id),
    /** The provider, as the configuration names it. */
    provider: text().notNull(),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [
    primaryKey({ columns: [table.issuer, table.subject] }),
    index("identities_user").on(table.userId),
  ],
);

/** What is valid once and for a short time: reset links, challenges of passkeys, sign-ins at a provider that are under way. */
export const tickets = sqliteTable(
  "tickets",
  {
    /** SHA-256 of the token. */
    id: blob({ mode: "buffer" }).primaryKey(),
    kind: text().notNull(),
    userId: integer("user_id").references(() => users.id),
    data: text().notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("tickets_expire").on(table.expiresAt), index("tickets_user").on(table.userId)],
);

/** Invitations. The token is made from id, time and pepper, so that none can be made from a stolen database. */
export const invites = sqliteTable("invites", {
  id: integer().primaryKey({ autoIncrement: true }),
  createdBy: integer("created_by")
    .notNull()
    .references(() => users.id),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at"),
  maxUses: integer("max_uses"),
  uses: integer().notNull().default(0),
  label: text().notNull(),
  revokedAt: integer("revoked_at"),
});

/** Messages that were reported to the moderators. */
export const reports = sqliteTable(
  "reports",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    conversationId: text("conversation_id")
      .notNull()
      .references(() => conversations.id),
    seq: integer().notNull(),
    reporterId: integer("reporter_id")
      .notNull()
      .references(() => users.id),
    reason: text().notNull(),
    createdAt: integer("created_at").notNull(),
    settledAt: integer("settled_at"),
    settledBy: integer("settled_by").references(() => users.id),
    outcome: text(),
  },
  (table) => [uniqueIndex("reports_once").on(table.conversationId, table.seq, table.reporterId)],
);

/** What was done and by whom. Rows are added and never changed; triggers refuse it, and deletion before their time is over. */
export const audit = sqliteTable(
  "audit",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    at: integer().notNull(),
    event: text().notNull(),
    actorId: integer("actor_id"),
    subjectId: integer("subject_id"),
    address: text(),
    /** A JSON object. */
    detail: text().notNull(),
  },
  (table) => [index("audit_at").on(table.at)],
);
