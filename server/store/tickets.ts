import { and, eq, gt, lte } from "drizzle-orm";
import { addAlert, type NewAlert } from "./alerts.ts";
import type { Tables } from "./tables.ts";
import { done, first, type NewAuditEntry, type Reading, statement, transaction } from "./transaction.ts";

/** What is valid once and for a short time. */
export type Ticket = Tables["tickets"]["$inferSelect"];

export const tickets = {
  put: transaction(function* (tx, ticket: Ticket, entry?: NewAuditEntry, alert?: NewAlert) {
    yield* done(tx.db.insert(tx.t.tickets).values(ticket));
    yield* tx.audit(entry);
    yield* addAlert(tx, alert);
  }),

  /** The ticket of this id and kind that has not expired; null when there is none. */
  find: statement(function* (reading, id: Buffer, kind: string, now: number) {
    const one = valid(reading, id, kind, now);
    return yield* first(reading.db.select().from(reading.t.tickets).where(one));
  }),

  /** The same, and ends it: of those who take it at once, one gets it. */
  take: statement(function* (reading, id: Buffer, kind: string, now: number) {
    const one = valid(reading, id, kind, now);
    return yield* first(reading.db.delete(reading.t.tickets).where(one).returning());
  }),

  /** Ends all tickets of a kind of a user. */
  removeOf: statement(function* ({ db, t }, userId: number, kind: string) {
    yield* done(db.delete(t.tickets).where(and(eq(t.tickets.userId, userId), eq(t.tickets.kind, kind))));
  }),

  removeExpired: statement(function* ({ db, t }, now: number) {
    yield* done(db.delete(t.tickets).where(lte(t.tickets.expiresAt, now)));
  }),
};

const valid = ({ t }: Reading, id: Buffer, kind: string, now: number) =>
  and(eq(t.tickets.id, id), eq(t.tickets.kind, kind), gt(t.tickets.expiresAt, now));
