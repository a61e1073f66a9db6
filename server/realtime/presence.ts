import type { Broker } from "../broker/broker.ts";
import { groupTopic } from "../broker/topics.ts";
import { TokenBuckets } from "../limits/token-buckets.ts";
import type { EventOf } from "../protocol/events.ts";
import type { System } from "../system.ts";
import { type NodePresence, RemotePresence } from "./remote-presence.ts";

/** The grace period: somebody who reloads or changes networks is back within it, and nobody hears that they were gone. */
export const graceMs = 8_000;
/** For how long after the start arrivals are marked as quiet, since everybody reconnects at once. */
export const quietStartMs = 15_000;
/** How long changes are gathered into one event: a class that opens the chat is one frame, not thirty. */
const gatherMs = 100;

/** The other nodes, where there are any. */
interface Others {
  /** Is called whenever the number of somebody's sockets here changes. */
  presenceElsewhere(presences: NodePresence[]): void;
  /** While this node's knowledge is not fresh, no presence is published: somebody here may be signed out elsewhere by now. */
  readonly isFresh: boolean;
}

/** Who is online, counted over all tabs and devices, and over all nodes where there are several. */
export class Presence {
  /** Who is connected to other nodes. */
  readonly remote: RemotePresence;
  #sockets = new Map<number, number>();
  #leaving = new Map<number, () => void>();
  #announced = new Set<number>();
  /** People who were listed to somebody who entered, but were not published yet. If they leave before that, their leaving is published. */
  #shown = new Set<number>();
  #changed = new Set<number>();
  #recounted = new Set<number>();
  #returning = new Set<number>();
  #gathering = false;
  /** How often somebody's leaving is published without the grace period, so that logging out and in in a loop makes no noise. */
  readonly #farewells: TokenBuckets;
  readonly #startedAt: number;
  readonly #broker: Broker;
  readonly #system: System;
  readonly #cluster: () => Others | null;

  constructor(broker: Broker, system: System, cluster: () => Others | null = () => null) {
    this.#broker = broker;
    this.#system = system;
    this.#cluster = cluster;
    this.#startedAt = system.now();
    this.#farewells = new TokenBuckets(() => ({ burst: 3, perMinute: 2 }), system.now);
    this.remote = new RemotePresence((user, returns) => {
      if (returns && !this.#announced.has(user)) this.#returning.add(user);
      this.#note(user);
    });
  }

  /**
   * Everyone online, for somebody who enters now, including people in their grace period. Changes that are not published yet
   * will reach them too, so the list has both who was published as online and who is here.
   */
  online(): number[] {
    const present = [...this.#sockets.keys(), ...this.#leaving.keys(), ...this.remote.users()];
    for (const user of present) if (!this.#announced.has(user)) this.#shown.add(user);
    return [...new Set([...this.#announced, ...present])];
  }

  /** How many sockets everybody has here; somebody in their grace period still has one. */
  presences(): NodePresence[] {
    return [...new Set([...this.#sockets.keys(), ...this.#leaving.keys()])].map((user) =>
      this.#presenceOf(user),
    );
  }

  /** A socket of the user opened, in a session begun at `sessionSince`. If that session is older than this process, the user returns after a restart. */
  arrive(user: number, sessionSince: number): void {
    const returns = sessionSince < this.#startedAt && this.#system.now() - this.#startedAt < quietStartMs;
    if (returns && !this.#isOnline(user)) this.#returning.add(user);
    this.#sockets.set(user, (this.#sockets.get(user) ?? 0) + 1);
    this.#leaving.get(user)?.();
    this.#leaving.delete(user);
    this.#recount(user);
  }

  /**
   * A socket of the user closed. Nobody gets a grace period who left on purpose, or whose silence already lasted longer than
   * one when it was noticed.
   */
  depart(user: number, why: "on purpose" | "silent" | "closed"): void {
    const left = (this.#sockets.get(user) ?? 0) - 1;
    if (left > 0) {
      this.#sockets.set(user, left);
      this.#recount(user);
      return;
    }
    this.#sockets.delete(user);
    const leave = () => {
      this.#leaving.delete(user);
      this.#recount(user);
    };
    if (why === "silent" || (why === "on purpose" && this.#farewells.take(String(user)) === 0)) leave();
    else this.#leaving.set(user, this.#system.after(graceMs, leave));
  }

  #isHere(user: number) {
    return this.#sockets.has(user) || this.#leaving.has(user);
  }

  #isOnline(user: number) {
    return this.#isHere(user) || this.remote.has(user);
  }

  #presenceOf(user: number): NodePresence {
    const sockets = this.#isHere(user) ? Math.max(1, this.#sockets.get(user) ?? 0) : 0;
    return { user, sockets, quiet: this.#returning.has(user) };
  }

  #recount(user: number) {
    this.#recounted.add(user);
    this.#note(user);
  }

  #note(user: number) {
    this.#changed.add(user);
    this.#gather();
  }

  #gather() {
    if (this.#gathering) return;
    this.#gathering = true;
    this.#system.after(gatherMs, () => this.#announce());
  }

  #announce() {
    this.#gathering = false;
    const cluster = this.#cluster();
    if (this.#recounted.size > 0)
      cluster?.presenceElsewhere([...this.#recounted].map((user) => this.#presenceOf(user)));
    this.#recounted.clear();
    if (cluster?.isFresh === false) return this.#gather();
    const known = (user: number) => this.#announced.has(user) || this.#shown.has(user);
    const changed = [...this.#changed].filter((user) =>
      this.#isOnline(user) ? !this.#announced.has(user) : known(user),
    );
    this.#changed.clear();
    this.#shown.clear();
    const online = changed.filter((user) => this.#isOnline(user));
    const offline = changed.filter((user) => !this.#isOnline(user));
    const returned = online.filter((user) => this.#returning.has(user));
    const came = online.filter((user) => !this.#returning.has(user));
    for (const user of online) this.#announced.add(user);
    for (const user of offline) this.#announced.delete(user);
    this.#returning.clear();
    const events: EventOf<"presence.changed">[] = [];
    if (returned.length > 0)
      events.push({ type: "presence.changed", online: returned, offline: [], quiet: true });
    if (came.length + offline.length > 0) events.push({ type: "presence.changed", online: came, offline });
    if (events.length > 0) this.#broker.publish(groupTopic, events);
  }
}
