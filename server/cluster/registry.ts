import { headsOf, type Look, look, oldestTransaction, removeDeadNodes } from "../db/postgres/cluster.ts";
import { guarded } from "../db/postgres/guarded.ts";
import { newEpoch, settleIncarnation } from "../db/postgres/incarnation.ts";
import { addNotice, type Notice, removeOldNotices } from "../db/postgres/notices.ts";
import type { Db } from "../db/postgres/open.ts";
import { type NodeSeats, replaceSeats, type Seat, seatsOf, setSeats } from "../db/postgres/seats.ts";
import type { ConversationId } from "../protocol/conversation-id.ts";

/** What the nodes of a cluster keep together, beside the data, as one of them uses it. Refuses as the store does. */
export interface Registry {
  /** Renews the node's lease, and gives what has changed since; with null, where to look from. Misses nothing, ever. */
  look(since: string | null): Promise<Look>;
  seatsOf(nodes: string[]): Promise<NodeSeats[]>;
  /** Changes some seats of this node, or all; `rev` is the number of the change. False where that came too late. */
  setSeats(rev: number, seats: readonly Seat[]): Promise<boolean>;
  replaceSeats(rev: number, seats: readonly Seat[]): Promise<boolean>;
  addNotice(notice: Notice): Promise<void>;
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
    look: (since) => look(db, node, since),
    seatsOf: (nodes) => seatsOf(db, nodes),
    setSeats: (rev, seats) => setSeats(db, node, rev, [...seats]),
    replaceSeats: (rev, seats) => replaceSeats(db, node, rev, [...seats]),
    addNotice: (notice) => addNotice(db, { origin: node, now }, notice),
    async recognise(published, since) {
      await guarded(() => settleIncarnation(db.sql));
      const found = await headsOf(db, [...published.keys()]);
      const heads = new Map(found.map(({ conversation, head }) => [conversation, head]));
      const isBehind = BigInt(await oldestTransaction(db)) < BigInt(since ?? 0);
      if (isBehind || [...published].some(([id, cursor]) => (heads.get(id) ?? 0) < cursor))
        await newEpoch(db, "the database went back behind what was published");
    },
    async clean() {
      await removeOldNotices(db, now());
      await removeDeadNodes(db);
    },
  };
}
