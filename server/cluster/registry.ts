import type { ConversationId } from "../protocol/conversation-id.ts";
import type { ClusterEvent } from "../store/cluster-event.ts";
import { headsOf, oldestTransaction, type Poll, poll, removeDeadNodes } from "../store/postgres/cluster.ts";
import { addClusterEvent, removeOldClusterEvents } from "../store/postgres/cluster-events.ts";
import { withDbErrors } from "../store/postgres/db-errors.ts";
import { newEpoch, settleIncarnation } from "../store/postgres/incarnation.ts";
import {
  type NodePresence,
  type NodePresences,
  presencesOf,
  replacePresence,
  setPresence,
} from "../store/postgres/node-presence.ts";
import type { Db } from "../store/postgres/open.ts";

/** What the nodes of a cluster keep together, beside the data, as one of them uses it. Refuses as the store does. */
export interface Registry {
  /** Renews the node's lease, and gives what has changed since; with null, where to look from. Misses nothing, ever. */
  poll(since: string | null): Promise<Poll>;
  presencesOf(nodes: string[]): Promise<NodePresences[]>;
  /** Changes some seats of this node, or all; `rev` is the number of the change. False where that came too late. */
  setPresence(rev: number, presences: readonly NodePresence[]): Promise<boolean>;
  replacePresence(rev: number, presences: readonly NodePresence[]): Promise<boolean>;
  addClusterEvent(event: ClusterEvent): Promise<void>;
  /**
   * Begins a new epoch if the database is not the one it was: if it was restored or moved, or has gone back behind what
   * this node has published of each conversation, or behind where it looked from, and would give the same numbers to
   * other messages.
   */
  recognise(published: ReadonlyMap<ConversationId, number>, since: string | null): Promise<void>;
  /** Removes notices that every node has heard of, and nodes that are long gone. */
  clean(): Promise<void>;
}

/** The registry in an open PostgreSQL database, for the node named `node`. */
export function registry(db: Db, node: string, now: () => number): Registry {
  return {
    poll: (since) => poll(db, node, since),
    presencesOf: (nodes) => presencesOf(db, nodes),
    setPresence: (rev, presences) => setPresence(db, node, rev, [...presences]),
    replacePresence: (rev, presences) => replacePresence(db, node, rev, [...presences]),
    addClusterEvent: (event) => addClusterEvent(db, { origin: node, now }, event),
    async recognise(published, since) {
      await withDbErrors(() => settleIncarnation(db.sql));
      const found = await headsOf(db, [...published.keys()]);
      const heads = new Map(found.map(({ conversation, head }) => [conversation, head]));
      const isBehind = BigInt(await oldestTransaction(db)) < BigInt(since ?? 0);
      if (isBehind || [...published].some(([id, cursor]) => (heads.get(id) ?? 0) < cursor))
        await newEpoch(db, "the database went back behind what was published");
    },
    async clean() {
      await removeOldClusterEvents(db, now());
      await removeDeadNodes(db);
    },
  };
}
