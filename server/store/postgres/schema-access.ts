import { index, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { alertKinds } from "../../protocol/alerts.ts";
import { bytea, number } from "./columns.ts";
import { conversations, users } from "./schema.ts";

/** How the server is set up, as JSON under one key. */
export const settings = pgTable("house", {
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

/** What people have to know of their accounts until they have seen it. */
export const alerts = pgTable(
  "alerts",
  {
    id: number().primaryKey().generatedAlwaysAsIdentity(),
    userId: number("user_id")
      .notNull()
      .references(() => users.id),
    what: text({ enum: alertKinds }).notNull(),
    at: number().notNull(),
    byId: number("by_id").references(() => users.id),
    seenAt: number("seen_at"),
  },
  (table) => [index("alerts_user").on(table.userId)],
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
  (table) => [
    index("audit_at").on(table.at),
    index("audit_actor").on(table.actorId),
    index("audit_subject").on(table.subjectId),
  ],
);
