import type { People } from "../accounts/directory.ts";
import type { Spending } from "../limits/spending.ts";
import type { Deliver, Typing } from "../messages/deliver.ts";
import type { Memberships } from "../messages/memberships.ts";
import { groupId } from "../protocol/conversation-id.ts";
import type { ChatEvent } from "../protocol/events.ts";
import type { Connections } from "../realtime/connections.ts";
import type { Presence } from "../realtime/presence.ts";
import type { NodePresence } from "../realtime/remote-presence.ts";
import { Refusal } from "../refusal.ts";
import type { Store } from "../store/store.ts";
import type { System } from "../system.ts";
import { charging } from "./charging.ts";
import { Feed, type FeedDeps } from "./feed.ts";
import { Node, type NodeDeps } from "./node.ts";
import { NodePresenceSync } from "./node-presence.ts";
import type { Registry } from "./registry.ts";
import type { Signals } from "./signals.ts";

/** What a node shares with the others. */
export interface Shared extends Pick<NodeDeps, "renew" | "setEpoch"> {
  /** Names this node; no two are ever called the same. */
  name: string;
  registry: Registry;
  signals: Signals;
}

export interface ClusterDeps extends Shared {
  store: Store;
  people: People;
  rooms: Pick<FeedDeps, "isBeyond"> & { reload(): Promise<void> };
  memberships: Memberships;
  connections: Connections;
  presence: Presence;
  spending: Spending;
  settings: { reload(): Promise<void> };
  apply: NodeDeps["apply"];
  deliver: Deliver;
  tellTyping: NodeDeps["tellTyping"];
  sendAway: NodeDeps["sendAway"];
  system: System;
  report(error: unknown): void;
}

/** This process as one of several nodes. */
export interface Cluster {
  readonly isHealthy: boolean;
  /** Whether what is known here is recent enough to publish by. */
  readonly isFresh: boolean;
  /** Takes what was stored here to whoever may hear it, on this node and all others. */
  readonly stored: Deliver;
  /** Someone here was told where the group stands. */
  entered(head: number): void;
  /**
   * Resolves when what is known here is recent and these people are known, or, if `now`, when all is known that was committed before
   * the call; refuses when that cannot be had.
   */
  freshen(people: readonly number[], now?: boolean): Promise<void>;
  /** Takes its place among the nodes; resolves when it can serve. */
  join(): Promise<void>;
  /** Takes an event to the devices that a user has on other nodes. */
  tell(userId: number, event: ChatEvent): void;
  /** Tells the other nodes that somebody here writes. */
  typed(typing: Typing): void;
  /** Tells the other nodes who has how many sockets here. */
  presenceElsewhere(presences: NodePresence[]): void;
  /** Makes sure that all that was stored has been told, and goes. Whoever is still here is missed after the lease. */
  leave(): Promise<void>;
}

export function cluster(deps: ClusterDeps): Cluster {
  const { name, registry, signals, people, rooms, connections, presence, report } = deps;
  const knows = (ids: readonly number[]) => ids.every(people.knows);
  const membersOf: FeedDeps["membersOf"] = (conversation) => {
    const found = deps.memberships.find(conversation);
    // A room of which this node has not heard has none of its people.
    return found === null ? [] : found.members;
  };
  const feed: Feed = new Feed({
    messages: deps.store.messages,
    deliver: deps.deliver,
    signals,
    membersOf,
    isHeard: (conversation) =>
      membersOf(conversation)?.some((id) => connections.has(id)) ?? !connections.isEmpty,
    isFresh: (people) => node.isFresh && knows(people),
    freshen: (people) => node.freshen(people),
    isBeyond: rooms.isBeyond,
    poll: () => node.poll(),
    report,
  });
  const nodePresence = new NodePresenceSync({ node: name, registry, signals, presence, report });
  let stopCharging = () => {};
  deps.store.onCommit(({ events }) => {
    if (events.length > 0) signals.send({ kind: "look" });
  });
  const reload = async () => {
    await Promise.all([people.reload(), rooms.reload(), deps.settings.reload()]);
  };
  const node: Node = new Node({ ...deps, feed, nodePresence, knows, reload });

  return {
    get isHealthy() {
      return node.isHealthy;
    },
    get isFresh() {
      return node.isFresh;
    },
    stored: feed.stored,
    entered: (head) => feed.follow(groupId, head),
    freshen: (people, now) => node.freshen(people, now),
    async join() {
      await node.join();
      stopCharging = charging(deps);
    },
    tell(userId, event) {
      registry
        .addClusterEvent({ kind: "user.notified", userId, event })
        .then(() => signals.send({ kind: "look" }))
        .catch((error) => error instanceof Refusal || report(error));
    },
    typed: (typing) => signals.send({ kind: "typing", ...typing }),
    presenceElsewhere: (presences) => void nodePresence.changed(presences),
    async leave() {
      await feed.idle();
      stopCharging();
      node.leave();
      // Those who are sent away come back elsewhere at once, where their sockets of here must not count any more.
      const presences = presence.presences().map((presence) => ({ ...presence, sockets: 1 }));
      await nodePresence.changed(presences);
      await signals.close();
    },
  };
}
