import type { ConversationId } from "../protocol/conversation-id.ts";
import type { ChatEvent, Person } from "../protocol/events.ts";
import type { AccountStatus } from "../protocol/roles.ts";
import type { ServerSettings } from "../protocol/settings.ts";
import type { Room } from "./rooms.ts";

/**
 * What has become true, of which memory and sockets must hear, on this node and on all others: see `effects.ts`. Each is part
 * of the transaction that makes it true, so that whoever reads finds both or neither.
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
  | {
      kind: "factors.changed";
      userId: number;
      hasCode?: boolean;
      hasPasskey?: boolean;
      hasRecovery?: boolean;
    }
  | { kind: "settings.changed"; settings: ServerSettings }
  /** An event for all devices of one user. */
  | { kind: "user.notified"; userId: number; event: ChatEvent }
  /** What a room is from its `version` on. Of two, the one with the higher is the later, in whichever order they come. */
  | { kind: "room.changed"; room: Room }
  | { kind: "read.marked"; states: ReadState[] }
  | { kind: "spent"; spent: Spent };

/** Tokens taken from rate limits (given back, where negative), each with its bound and key. */
export type Spent = [bound: string, key: string, tokens: number][];

/** How far a user has read a conversation. */
export interface ReadState {
  userId: number;
  conversation: ConversationId;
  seq: number;
  /** Messages of others after it, counted up to `limits.unreadMax`. */
  unread: number;
  /** Those of them that mean the user, counted likewise. */
  mentions: number;
  /** The conversation's head when they were counted. */
  head: number;
  /** Where the user has marked as unread what was read: a mark moves back by this alone. */
  back?: true;
}
