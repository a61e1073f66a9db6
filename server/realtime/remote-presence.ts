/** How many sockets of a user one node has (0 when the last one closed), and whether the user only returned to it. */
export interface NodePresence {
  user: number;
  sockets: number;
  quiet: boolean;
}

/** Who is connected to the other nodes of a cluster, as those report. A single process has no other nodes. */
export class RemotePresence {
  #nodes = new Map<string, Map<number, number>>();
  readonly #changed: (user: number, returns: boolean) => void;

  /** `changed` is called for everyone who may have come or gone. */
  constructor(changed: (user: number, returns: boolean) => void) {
    this.#changed = changed;
  }

  has(user: number): boolean {
    return [...this.#nodes.values()].some((presences) => presences.has(user));
  }

  *users(): Iterable<number> {
    for (const presences of this.#nodes.values()) yield* presences.keys();
  }

  /** How many sockets the user has on other nodes. */
  socketsOf(user: number): number {
    let sockets = 0;
    for (const presences of this.#nodes.values()) sockets += presences.get(user) ?? 0;
    return sockets;
  }

  /** Takes what has changed on a node. */
  change(node: string, presences: readonly NodePresence[]): void {
    const held = this.#nodes.get(node) ?? new Map<number, number>();
    this.#nodes.set(node, held);
    for (const { user, sockets, quiet } of presences) {
      if (sockets > 0) held.set(user, sockets);
      else held.delete(user);
      this.#changed(user, quiet);
    }
  }

  /** Takes all that a node has, in place of what was known of it. */
  replace(node: string, presences: readonly NodePresence[]): void {
    const taken = new Set(presences.map(({ user }) => user));
    const left = [...(this.#nodes.get(node)?.keys() ?? [])].filter((user) => !taken.has(user));
    this.change(node, [...left.map((user) => ({ user, sockets: 0, quiet: false })), ...presences]);
  }

  /** Forgets a node that has ended, with everyone who was connected to it. */
  forget(node: string): void {
    const users = [...(this.#nodes.get(node)?.keys() ?? [])];
    this.#nodes.delete(node);
    for (const user of users) this.#changed(user, false);
  }
}
