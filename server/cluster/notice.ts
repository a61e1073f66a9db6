import type { ReadState } from "../db/store.ts";
import type { Person } from "../protocol/events.ts";
import type { Spent } from "./spending.ts";

/** What nodes keep in memory and one of them has changed: written down in the transaction that changes it. */
export type Notice =
  | { kind: "person.registered"; person: Person }
  | { kind: "person.deleted"; id: number }
  /** `session` is the id in base64url. */
  | { kind: "session.ended"; session: string; userId: number }
  /** All sessions of a user ended, at the wish of one of them, whose browser goes on with a new one. */
  | { kind: "sessions.ended"; userId: number; by: string | null }
  | { kind: "read.marked"; states: ReadState[] }
  | { kind: "spent"; spent: Spent };
