import type { NewAlert } from "./alerts.ts";
import type { NewAuditEntry } from "./audit.ts";

/** What is valid once and for a short time. */
export interface Ticket {
  /** SHA-256 of the token. */
  id: Buffer;
  kind: string;
  userId: number | null;
  data: string;
  expiresAt: number;
}

export interface Tickets {
  put(ticket: Ticket, entry?: NewAuditEntry, alert?: NewAlert): Promise<void>;
  /** The ticket of this id and kind that has not expired; null when there is none. */
  find(id: Buffer, kind: string, now: number): Promise<Ticket | null>;
  /** The same, and ends it: of those who take it at once, one gets it. */
  take(id: Buffer, kind: string, now: number): Promise<Ticket | null>;
  /** Ends all tickets of a kind of a user. */
  removeOf(userId: number, kind: string): Promise<void>;
  removeExpired(now: number): Promise<void>;
}
