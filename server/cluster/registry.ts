import type { ConversationId } from "../protocol/conversation-id.ts";
import type { Seat } from "../realtime/elsewhere.ts";
import type { Notice } from "./notice.ts";

/** What a node finds when it looks: all that has changed since its former look, in one snapshot. */
export interface Look {
  /** What to look from the next time. */
  next: string;
  epoch: string;
  notices: { id: number; origin: string; notice: Notice }[];
  /** Conversations that have grown, with their heads. */
  grown: { conversation: ConversationId; head: number }[];
  /** The nodes whose leases are running, this one included. `presenceRev` counts the changes of their seats. */
  nodes: { id: string; presenceRev: number }[];
}

/** What the nodes of a cluster keep together, beside the data. Refuses as the store does. */
export interface Registry {
  /** Renews the node's lease, and gives what has changed since; with null, where to look from. Misses nothing, ever. */
  look(node: string, since: string | null): Promise<Look>;
  /** Who has sockets on these nodes. */
  seatsOf(nodes: readonly string[]): Promise<Map<string, Seat[]>>;
  /** Changes some seats of a node; `rev` is the number of this change. */
  setSeats(node: string, rev: number, seats: readonly Seat[]): Promise<void>;
  /** Sets all seats of a node. */
  replaceSeats(node: string, rev: number, seats: readonly Seat[]): Promise<void>;
  addNotice(notice: Notice): Promise<void>;
  headsOf(conversations: readonly ConversationId[]): Promise<Map<ConversationId, number>>;
  /** Gives the database a new epoch if it was restored or moved since a node last said that it is the same. */
  recogniseDatabase(): Promise<void>;
  /** The database has gone back behind what was published: gives it a new epoch. */
  newEpoch(): Promise<void>;
  /** Removes notices that every node has heard of, and nodes that are long gone. */
  clean(): Promise<void>;
}
