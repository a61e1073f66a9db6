import type { Typing } from "../messages/deliver.ts";
import type { ConversationId } from "../protocol/conversation-id.ts";
import type { Message } from "../protocol/events.ts";
import type { NodePresence } from "../realtime/remote-presence.ts";

/**
 * What one node tells the others. A signal is a hint: the truth is in PostgreSQL, and a node that misses one finds out by
 * looking there. So a lost signal costs time and nothing else.
 */
export type Signal =
  | {
      /** A conversation has grown: by the changes numbered from `first` up to `head`, both included. */
      kind: "grown";
      conversation: ConversationId;
      first: number;
      head: number;
      /** Those changes, in order; left out where they do not fit. */
      messages?: readonly Message[];
    }
  | {
      /** Who has how many sockets on the sending node has changed; `rev` counts such changes. */
      kind: "presence";
      rev: number;
      users: readonly NodePresence[];
    }
  /** Somebody writes, or writes no more. Where it is lost, it is not shown. */
  | ({ kind: "typing" } & Typing)
  /** Something else has changed that nodes keep in memory: look now rather than in a while. */
  | { kind: "look" };

export interface SignalCounts {
  /** Signals that could not be sent. */
  lost: number;
  /** Frames heard and not believed: altered, forged, repeated, or of a form unknown here. */
  refused: number;
}
