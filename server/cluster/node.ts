import { isAppliedHere } from "../effects.ts";
import { Incident } from "../logging/incident.ts";
import type { Typing } from "../messages/deliver.ts";
import { Refusal } from "../refusal.ts";
import type { ClusterEvent } from "../store/cluster-event.ts";
import type { Poll } from "../store/postgres/cluster.ts";
import type { System } from "../system.ts";
import type { Feed } from "./feed.ts";
import type { NodePresenceSync } from "./node-presence.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import type { Registry } from "./registry.ts";
import type { Signal } from "./signal.ts";
import type { Signals } from "./signals.ts";

export interface NodeDeps {
  /** Names this node; no two are ever called the same. */
  name: string;
  registry: Registry;
  signals: Signals;
  feed: Feed;
  nodePresence: NodePresenceSync;
  /** Makes true here what another node made true. */
  apply(event: ClusterEvent): void;
  /** Publishes here that somebody writes. */
  tellTyping(typing: Typing): void;
  /** Whether these people are known here. */
  knows(people: readonly number[]): boolean;
  /** Reads anew what is kept in memory, after nothing was heard for a while. */
  reload(): Promise<void>;
  /** Throws away the connections to PostgreSQL, with what hangs on them. */
  renew(): void;
  /** Closes every socket: this node cannot serve for the moment, or its history was replaced. */
  sendAway(reason: "cut off" | "restored"): void;
  /** The epoch is now this one; false when it was already. */
  setEpoch(epoch: string): boolean;
  system: System;
  report(error: unknown): void;
}

/** How often a node looks by itself. What a lost signal would have told is found within this time. */
const pollMs = 800;
/** How often a node that cannot look tries again. */
const retryMs = 400;
const tickMs = 200;
/** How recent the latest look must be to publish by: what was revoked longer ago has been heard of. */
const freshMs = 2_000;
/** How long a node goes on without having been able to look. */
export const patienceMs = 2_500;

/**
 * Holds this node together with the others. It looks at the database, when told to and by itself, and makes what it finds
 * true here. A node that has not been able to look for a while knows nothing any more: it sends its people away, to
 * other nodes, and begins anew once it can look again.
 */
export class Node {
  readonly #deps: NodeDeps;
  #whole = false;
  #since: string | null = null;
  #polledAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #applied = new Set<number>();
  #cancel: () => void = () => {};

  constructor(deps: NodeDeps) {
    this.#deps = deps;
  }

  /** Looks; resolves when what had changed before the call is true here. */
  readonly poll: () => Promise<void> = oneAtATime(() => {
    // What happened during a sleep may not be found any more: notices are not kept for long.
    if (this.#whole && this.#age() >= patienceMs) this.#cutOff();
    return this.#whole ? this.#pollOnce() : this.#begin();
  });

  /** Whether this node can serve. */
  get isHealthy(): boolean {
    return this.#whole && this.#age() < patienceMs;
  }

  /** Whether what is known here is recent enough to publish by. */
  get isFresh(): boolean {
    return this.#whole && this.#age() < freshMs;
  }

  /** Takes its place among the nodes; resolves when it can serve. */
  async join(): Promise<void> {
    const { signals, system } = this.#deps;
    // Where nothing can be listened to yet, nobody waits for long: until then looking has to do.
    await signals.listen(
      (signal, from) => this.#hear(signal, from),
      () => this.#nudge(),
    );
    await this.poll();
    this.#cancel = system.after(tickMs, () => this.#tick());
  }

  /**
   * Resolves when what is known is recent and these people are known, or, if `now`, when all is known that was committed before the
   * call. Refuses when that cannot be had.
   */
  async freshen(people: readonly number[], now = false): Promise<void> {
    if (!now && this.isFresh && this.#deps.knows(people)) return;
    await this.poll();
    if (!this.isFresh) throw new Refusal("busy");
  }

  leave(): void {
    this.#cancel();
  }

  #age() {
    return this.#deps.system.now() - this.#polledAt;
  }

  #nudge() {
    this.poll().catch((error) => this.#failed(error));
  }

  #hear(signal: Signal, from: string) {
    if (!this.#whole) return;
    if (signal.kind === "grown") this.#deps.feed.heard(signal);
    else if (signal.kind === "typing") this.#deps.tellTyping(signal);
    else if (signal.kind === "look" || !this.#deps.nodePresence.heard(from, signal.rev, signal.users))
      this.#nudge();
  }

  #tick() {
    const { system } = this.#deps;
    // A clock that was set back says nothing of how long ago something was.
    const now = system.now();
    this.#polledAt = Math.min(this.#polledAt, now);
    this.#triedAt = Math.min(this.#triedAt, now);
    if (this.#whole && this.#age() >= patienceMs) this.#cutOff();
    const wait = this.#age() < 2 * pollMs ? pollMs : retryMs;
    if (now - this.#triedAt >= wait) this.#nudge();
    this.#cancel = system.after(tickMs, () => this.#tick());
  }

  async #pollOnce(): Promise<void> {
    const { registry, nodePresence, feed } = this.#deps;
    const at = this.#deps.system.now();
    this.#triedAt = at;
    const saved = nodePresence.saved;
    const poll = await registry.poll(this.#since);
    if (!this.#whole) return;
    // An epoch that is another, or transactions that count on from before where they were.
    if (this.#deps.setEpoch(poll.epoch) || BigInt(poll.next) < BigInt(this.#since ?? 0))
      return this.#startOver();
    this.#apply(poll);
    this.#since = poll.next;
    this.#polledAt = at;
    for (const { conversation, head } of poll.grown) feed.found(conversation, head);
    feed.retry();
    await nodePresence.reconcile(poll, saved);
  }

  #apply({ events }: Poll) {
    for (const { id, origin, event } of events)
      if (!this.#applied.has(id) && !(origin === this.#deps.name && isAppliedHere(event)))
        this.#deps.apply(event);
    this.#applied = new Set(events.map(({ id }) => id));
  }

  /** Nothing that was known counts; what is true is read before anybody is served. */
  async #begin(): Promise<void> {
    const { registry, feed, nodePresence, system } = this.#deps;
    this.#triedAt = system.now();
    const isBack = this.#since !== null;
    await registry.recognise(feed.cursors(), this.#since);
    // Before the lease begins anew: others would take the seats of before for people who are here.
    await nodePresence.clear();
    const poll = await registry.poll(null);
    await this.#deps.reload();
    feed.forget();
    this.#deps.setEpoch(poll.epoch);
    this.#since = poll.next;
    this.#applied.clear();
    await nodePresence.begin(poll);
    // However long that took: nobody is connected, and who comes now is let in by what is true now.
    this.#polledAt = system.now();
    this.#whole = true;
    if (isBack)
      this.#deps.report(new Incident("returned", "This node serves again, with what PostgreSQL has now."));
  }

  /** The database was replaced: nobody may go on with what they know of the former. */
  #startOver() {
    this.#whole = false;
    this.#deps.sendAway("restored");
    return this.#begin();
  }

  #cutOff() {
    this.#whole = false;
    this.#deps.report(
      new Incident("cut_off", "PostgreSQL could not be asked; everybody here was sent away."),
    );
    this.#deps.sendAway("cut off");
    this.#deps.renew();
    this.#deps.signals.restart();
  }

  /** That the database cannot be asked is no bug, and shows in the health; anything else is one. */
  #failed(error: unknown) {
    if (!this.#whole) this.#deps.renew();
    if (!(error instanceof Refusal)) this.#deps.report(error);
  }
}
