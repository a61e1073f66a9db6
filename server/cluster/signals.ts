import type { ConversationId } from "../protocol/conversation-id.ts";
import type { Message } from "../protocol/events.ts";
import type { Seat } from "../realtime/elsewhere.ts";

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

/** Carries signals between the nodes. They may be lost; those of one node that arrive do so in order, none twice. */
export interface Signals {
  /**
   * Sends to all other nodes, without waiting: what gathers while a send is under way goes together. What cannot be
   * sent is lost, and a "look" is sent in its place as soon as something can be sent again.
   */
  send(signal: Signal): void;
  /**
   * Begins to listen. `heard` gets every signal of other nodes, with the name of the node it came from; where some of that
   * node's were lost on the way, a "look" comes first. `began` runs each time listening has begun, at first and after
   * every interruption: what was sent before may have been missed. Resolves once it listens, or after two seconds
   * without: it goes on trying, and until then signals are lost.
   */
  listen(heard: (signal: Signal, from: string) => void, began: () => void): Promise<void>;
  /**
   * Drops the connections and makes new ones, after which `began` runs again. To be called when what they lead to is cut
   * off, and when it is back: a connection that has silently died is not noticed from here, and holds back what is sent.
   */
  restart(): void;
  /** What has gone wrong so far. */
  readonly counts: Readonly<SignalCounts>;
  /** Stops listening, and sends what has gathered where that is still possible within a second. */
  close(): Promise<void>;
}

export interface SignalCounts {
  /** Signals that could not be sent. */
  lost: number;
  /** Frames heard and not believed: altered, forged, repeated, or of a form unknown here. */
  refused: number;
}
