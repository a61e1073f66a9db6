import { sql } from "drizzle-orm";
import { alertKinds } from "../protocol/alerts.ts";
import { mentionCauses } from "../protocol/message-body.ts";
import { accountStatuses, roles } from "../protocol/roles.ts";
import type { ColumnWords } from "./postgres/columns.ts";

/**
 * The tables, over the words that a database has for columns. Some have other names in the database than here, from before:
 * a column cannot be called anew while nodes of two versions run on one database.
 */
export function tables(words: ColumnWords) {
  const { table, text, number, bytes, id, index, uniqueIndex, primaryKey } = words;

  /** Facts about the database itself, such as the epoch. */
  const meta = table("meta", {
    key: text().primaryKey(),
    value: text().notNull(),
  });

  /** An account. A deleted one keeps its row, so that ids are never given again, and loses everything else. */
  const users = table(
    "users",
    {
      id: id(),
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
      /** What the user chose, as a JSON object, with what other versions know of it. */
      preferences: text().notNull().default("{}"),
      /** Whether the messages of this deleted account are still being removed: 1 or 0. */
      erasing: number().notNull().default(0),
    },
    (on) => [uniqueIndex("users_name_key").on(on.nameKey), uniqueIndex("users_likeness").on(on.skeleton)],
  );

  const userRef = (name: string) =>
    number(name)
      .notNull()
      .references(() => users.id);

  const sessions = table(
    "sessions",
    {
      /** SHA-256 of the token; the token itself is only in the cookie. */
      id: bytes().primaryKey(),
      userId: userRef("user_id"),
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
    (on) => [index("sessions_user").on(on.userId)],
  );

  const conversations = table(
    "conversations",
    {
      id: text().primaryKey(),
      kind: text({ enum: ["group", "direct", "room"] }).notNull(),
      /** The number of the latest change; every change takes the next one. */
      head: number().notNull().default(0),
      lastMessageAt: number("last_message_at"),
      /** What a room is, as JSON in the schema of `room` in the protocol; null for what is no room. */
      room: text(),
      /** When a room was put away, so that nobody writes there; null otherwise. */
      archivedAt: number("archived_at"),
      /** Whether only those who look after a room write there: 1 or 0. */
      isForReading: number("is_for_reading").notNull().default(0),
      ...words.conversation.columns(),
    },
    words.conversation.indexes,
  );

  const conversationRef = (name: string) =>
    text(name)
      .notNull()
      .references(() => conversations.id);

  const memberships = table(
    "memberships",
    {
      userId: userRef("user_id"),
      conversationId: conversationRef("conversation_id"),
      lastRead: number("last_read").notNull().default(0),
      /** The first number that the member sees. */
      seesFrom: number("sees_from").notNull().default(1),
      /** When the member joined a room, UTC milliseconds; null where nobody joins. */
      joinedAt: number("joined_at"),
      /** Whether the member looks after the room: 1 or 0. */
      isOwner: number("is_owner").notNull().default(0),
    },
    (on) => [
      primaryKey({ columns: [on.userId, on.conversationId] }),
      index("memberships_conversation").on(on.conversationId, on.userId),
    ],
  );

  /** Its name leaves `messages` to the nodes of the version before, which find there what they know: see the migrations. */
  const messages = table(
    "chat_messages",
    {
      conversationId: conversationRef("conversation_id"),
      seq: number().notNull(),
      rev: number().notNull(),
      authorId: userRef("author_id"),
      clientId: text("client_id").notNull(),
      /** What it says, in the JSON of `message-row.ts`; null once it was deleted. */
      body: text(),
      createdAt: number("created_at").notNull(),
      deletedAt: number("deleted_at"),
      /** The mark of the body as it was sent, once that is another; null otherwise, and once it was deleted. */
      sentMark: text("sent_mark"),
      /** What it has gathered since: reactions, a pin, when it was edited. JSON in the schema of `messageState`; null where nothing. */
      state: text(),
      /** The message that began the thread it belongs to; null for what replies to nothing. */
      thread: number(),
      /** Whether it is a line of the conversation itself, such as that somebody joined: 1 or 0. */
      isLine: number("is_line").notNull().default(0),
      /** How many others there are in the thread that it began, deleted ones left out. */
      replies: number().notNull().default(0),
      /** The number up to which they are counted; 0 where there never was one. */
      repliesUpTo: number("replies_up_to").notNull().default(0),
      /** Whether it is pinned: 1 or 0. */
      isPinned: number("is_pinned").notNull().default(0),
    },
    (on) => [
      primaryKey({ columns: [on.conversationId, on.seq] }),
      // The id first: ids that grow with time then meet at the index's end, one page for all authors of a commit.
      uniqueIndex("messages_once").on(on.clientId, on.authorId),
      uniqueIndex("messages_rev").on(on.conversationId, on.rev),
      // What one person wrote is asked for when they take their data along, or wish it gone.
      index("messages_author").on(on.authorId, on.conversationId, on.seq).where(sql`deleted_at is null`),
      index("messages_thread").on(on.conversationId, on.thread, on.seq).where(sql`thread is not null`),
      // What somebody reacted to is taken back when their messages go.
      index("messages_state").on(on.conversationId, on.seq).where(sql`state is not null`),
      index("messages_pinned").on(on.conversationId, on.seq).where(sql`is_pinned = 1`),
    ],
  );

  /** Who is meant by a message, and why: what counts apart from what is only unread. */
  const mentions = table(
    "mentions",
    {
      // No reference: PostgreSQL would lock the accounts of all who are called, for every message to everybody.
      userId: number("user_id").notNull(),
      conversationId: conversationRef("conversation_id"),
      seq: number().notNull(),
      cause: text({ enum: mentionCauses }).notNull(),
    },
    (on) => [
      primaryKey({ columns: [on.userId, on.conversationId, on.seq] }),
      index("mentions_message").on(on.conversationId, on.seq),
    ],
  );

  /** How the server is set up, as JSON under one key. */
  const settings = table("house", {
    key: text().primaryKey(),
    value: text().notNull(),
  });

  /** Secrets of one-time passwords, sealed under the pepper. */
  const totp = table(
    "totp",
    {
      userId: userRef("user_id"),
      secret: text().notNull(),
      /** The time step of the last code that was taken: none may be taken twice. */
      lastStep: number("last_step").notNull(),
      createdAt: number("created_at").notNull(),
    },
    (on) => [primaryKey({ columns: [on.userId] })],
  );

  const recoveryCodes = table(
    "recovery_codes",
    {
      /** SHA-256 of the code. */
      id: bytes().primaryKey(),
      userId: userRef("user_id"),
    },
    (on) => [index("recovery_codes_user").on(on.userId)],
  );

  const passkeys = table(
    "passkeys",
    {
      /** The credential's id, in base64url. */
      id: text().primaryKey(),
      userId: userRef("user_id"),
      /** The host name it belongs to. */
      rpId: text("rp_id").notNull(),
      publicKey: bytes("public_key").notNull(),
      counter: number().notNull(),
      /** A JSON array. */
      transports: text().notNull(),
      name: text().notNull(),
      createdAt: number("created_at").notNull(),
      lastUsedAt: number("last_used_at"),
    },
    (on) => [index("passkeys_user").on(on.userId)],
  );

  /** Accounts at providers of sign-in that open an account here. */
  const identities = table(
    "identities",
    {
      issuer: text().notNull(),
      subject: text().notNull(),
      userId: userRef("user_id"),
      /** The provider, as the configuration names it. */
      provider: text().notNull(),
      createdAt: number("created_at").notNull(),
      lastUsedAt: number("last_used_at"),
    },
    (on) => [primaryKey({ columns: [on.issuer, on.subject] }), index("identities_user").on(on.userId)],
  );

  /** What is valid once and for a short time: reset links, challenges of passkeys, sign-ins at a provider that are under way. */
  const tickets = table(
    "tickets",
    {
      /** SHA-256 of the token. */
      id: bytes().primaryKey(),
      kind: text().notNull(),
      userId: number("user_id").references(() => users.id),
      data: text().notNull(),
      expiresAt: number("expires_at").notNull(),
    },
    (on) => [index("tickets_expire").on(on.expiresAt), index("tickets_user").on(on.userId)],
  );

  /** Invitations. The token is made from id, time and pepper, so that none can be made from a stolen database. */
  const invites = table("invites", {
    id: id(),
    createdBy: userRef("created_by"),
    createdAt: number("created_at").notNull(),
    /** Null: until it is revoked. */
    expiresAt: number("expires_at"),
    /** Null: as often as one likes. */
    maxUses: number("max_uses"),
    uses: number().notNull().default(0),
    /** What it is for; may be empty. */
    label: text().notNull(),
    revokedAt: number("revoked_at"),
  });

  /** Messages that were reported to the moderators. */
  const reports = table(
    "reports",
    {
      id: id(),
      conversationId: conversationRef("conversation_id"),
      seq: number().notNull(),
      reporterId: userRef("reporter_id"),
      reason: text().notNull(),
      createdAt: number("created_at").notNull(),
      settledAt: number("settled_at"),
      settledBy: number("settled_by").references(() => users.id),
      outcome: text(),
    },
    (on) => [uniqueIndex("reports_once").on(on.conversationId, on.seq, on.reporterId)],
  );

  /** What people have to know of their accounts until they have seen it. */
  const alerts = table(
    "alerts",
    {
      id: id(),
      userId: userRef("user_id"),
      what: text({ enum: alertKinds }).notNull(),
      at: number().notNull(),
      byId: number("by_id").references(() => users.id),
      seenAt: number("seen_at"),
    },
    (on) => [index("alerts_user").on(on.userId)],
  );

  /** What was done and by whom. Rows are added and never changed; triggers refuse it, and deletion before their time is over. */
  const audit = table(
    "audit",
    {
      id: id(),
      at: number().notNull(),
      event: text().notNull(),
      actorId: number("actor_id"),
      subjectId: number("subject_id"),
      address: text(),
      /** A JSON object. */
      detail: text().notNull(),
    },
    (on) => [
      index("audit_at").on(on.at),
      index("audit_actor").on(on.actorId),
      index("audit_subject").on(on.subjectId),
    ],
  );

  return {
    meta,
    users,
    sessions,
    conversations,
    memberships,
    messages,
    mentions,
    settings,
    totp,
    recoveryCodes,
    passkeys,
    identities,
    tickets,
    invites,
    reports,
    alerts,
    audit,
  };
}

export type Tables = ReturnType<typeof tables>;
