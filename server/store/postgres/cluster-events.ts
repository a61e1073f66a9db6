import { sql } from "drizzle-orm";
import type { ChatEvent, Person } from "../../protocol/events.ts";
import type { AccountStatus } from "../../protocol/roles.ts";
import type { ServerSettings } from "../../protocol/settings.ts";
import type { ReadState } from "../conversations.ts";
import type { Session } from "../sessions.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db, Transaction } from "./open.ts";

/**
 * What nodes hold in memory and must hear of. Each is written in the transaction of what it tells, so that whoever looks
 * finds both or neither.
 */
export type ClusterEvent =
  | { kind: "person.registered"; person: Person }
  | { kind: "person.deleted"; id: number }
  | { kind: "person.changed"; person: Person; status: AccountStatus; mutedUntil: number | null }
  /** Ids of sessions are in base64url. */
  | { kind: "session.ended"; session: string; userId: number }
  /** These sessions of a user, all there were, by the one that asked for it where one did. */
  | { kind: "sessions.ended"; userId: number; sessions: string[]; by: string | null }
  /** It goes on under another id. */
  | { kind: "session.replaced"; session: string; userId: number }
  /** A user has an authenticator app, a passkey or recovery codes, or has none any more. */
  | ({ kind: "factors.changed"; userId: number } & Partial<
      Pick<Session, "hasCode" | "hasPasskey" | "hasRecovery">
    >)
  | { kind: "settings.changed"; settings: ServerSettings }
  /** An event for all devices of one user. */
  | { kind: "told"; userId: number; event: ChatEvent }
  | { kind: "read.marked"; states: ReadState[] }
  | { kind: "spent"; spent: Spent };

/** Tokens taken from rate limits (given back, where negative), each with its bound and key. */
export type Spent = [bound: string, key: string, tokens: number][];

/** Who writes notices: the name of the node, and its clock. */
export interface Author {
  origin: string;
  now(): number;
}

/** Far longer than a node goes on without looking. */
const keepMs = 600_000;

/** Leaves a notice that belongs to nothing else in the database. */
export async function addClusterEvent(db: Db, { origin, now }: Author, event: ClusterEvent): Promise<void> {
  await withDbErrors(
    () => db.sql`
      insert into notices (at, origin, notice) values (${now()}::bigint, ${origin}, ${event}::jsonb)`,
  );
}

/** Leaves a notice in the transaction of what it tells. */
export async function emit(db: Transaction, { origin, now }: Author, event: ClusterEvent): Promise<void> {
  await db.execute(sql`
    insert into notices (at, origin, notice)
    values (${now()}::bigint, ${origin}, ${JSON.stringify(event)}::text::jsonb)`);
}

/** Forgets the notices that every node has heard long ago. */
export async function removeOldClusterEvents(db: Db, now: number): Promise<void> {
  await withDbErrors(() => db.sql`delete from notices where at < ${now - keepMs}::bigint`);
}
