import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { alertKinds } from "../../protocol/alerts.ts";
import { conversations, users } from "./schema.ts";

/** How the server is set up, as JSON under one key. */
export const settings = sqliteTable("house", {
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

/** What people have to know of their accounts until they have seen it. */
export const alerts = sqliteTable(
  "alerts",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    userId: integer("user_id")
      .notNull()
      .references(() => users.id),
    what: text({ enum: alertKinds }).notNull(),
    at: integer().notNull(),
    byId: integer("by_id").references(() => users.id),
    seenAt: integer("seen_at"),
  },
  (table) => [index("alerts_user").on(table.userId)],
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
  (table) => [
    index("audit_at").on(table.at),
    index("audit_actor").on(table.actorId),
    index("audit_subject").on(table.subjectId),
  ],
);
