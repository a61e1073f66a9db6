import type { ConversationId } from "../protocol/conversation-id.ts";
import type { Message } from "../protocol/events.ts";

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
      users: readonly Seat[];
    }
  /** Something else has changed that nodes keep in memory: look now rather than in a while. */
  | { kind: "look" };

/** How many sockets of a user a node has (0 when the last is gone), and whether they only came back to it. */
export interface Seat {
  user: number;
  sockets: number;
  quiet: boolean;
}

/** Carries signals between the nodes. They may be lost; those of one node that arrive do so in order, none twice. */
export interface Signals {
  /** Sends to all other nodes, without waiting: what gathers while a send is under way goes together. */
  send(signal: Signal): void;
  /**
   * Begins to listen. `heard` gets every signal of other nodes, with the name of the node it came from. `began` runs each
   * time listening has begun, at first and after every interruption: what was sent before may have been missed.
   * Resolves once it listens.
   */
  listen(heard: (signal: Signal, from: string) => void, began: () => void): Promise<void>;
  /** Stops listening, and sends what has gathered where that is still possible. */
  close(): Promise<void>;
}
