/** How many sockets of a user one node has (0 when the last is gone), and whether they only came back to it. */
export interface Seat {
  user: number;
  sockets: number;
  quiet: boolean;
}

/** Who is connected to the other nodes of a cluster, as they tell. A single process has none. */
export class Elsewhere {
  #nodes = new Map<string, Map<number, number>>();
  readonly #changed: (user: number, returns: boolean) => void;

  /** `changed` hears of everyone who may have come or gone. */
  constructor(changed: (user: number, returns: boolean) => void) {
    this.#changed = changed;
  }

  has(user: number): boolean {
    return [...this.#nodes.values()].some((seats) => seats.has(user));
  }

  *users(): Iterable<number> {
    for (const seats of this.#nodes.values()) yield* seats.keys();
  }

  /** How many sockets the user has on other nodes. */
  socketsOf(user: number): number {
    let sockets = 0;
    for (const seats of this.#nodes.values()) sockets += seats.get(user) ?? 0;
    return sockets;
  }

  /** Takes what has changed on a node. */
  change(node: string, seats: readonly Seat[]): void {
    const held = this.#nodes.get(node) ?? new Map<number, number>();
    this.#nodes.set(node, held);
    for (const { user, sockets, quiet } of seats) {
      if (sockets > 0) held.set(user, sockets);
      else held.delete(user);
      this.#changed(user, quiet);
    }
  }

  /** Takes all that a node has, in place of what was known of it. */
  replace(node: string, seats: readonly Seat[]): void {
    const taken = new Set(seats.map(({ user }) => user));
    const left = [...(this.#nodes.get(node)?.keys() ?? [])].filter((user) => !taken.has(user));
    this.change(node, [...left.map((user) => ({ user, sockets: 0, quiet: false })), ...seats]);
  }

  /** Forgets a node that is no more, with everyone who was there. */
  forget(node: string): void {
    const users = [...(this.#nodes.get(node)?.keys() ?? [])];
    this.#nodes.delete(node);
    for (const user of users) this.#changed(user, false);
  }
}
