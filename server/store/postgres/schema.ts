import { boolean, index, integer, jsonb, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import { tables } from "../tables.ts";
import { number, postgresColumns, thisTransaction, xid8 } from "./columns.ts";

export const {
  meta,
  users,
  sessions,
  conversations,
  memberships,
  mentions,
  messages,
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
} = tables(postgresColumns);

// What only several nodes need.

/** What nodes hold in memory and must hear of, written in the transaction that made it so. */
export const clusterEvents = pgTable(
  "notices",
  {
    id: number().primaryKey().generatedAlwaysAsIdentity(),
    xid: xid8().notNull().default(thisTransaction),
    at: number().notNull(),
    /** The node that wrote it. */
    origin: text().notNull(),
    event: jsonb("notice").notNull(),
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
export const presences = pgTable(
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
