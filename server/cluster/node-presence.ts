import type { Presence } from "../realtime/presence.ts";
import type { NodePresence } from "../realtime/remote-presence.ts";
import { Refusal } from "../refusal.ts";
import type { Poll } from "../store/postgres/cluster.ts";
import type { Registry } from "./registry.ts";
import type { Signals } from "./signals.ts";

export interface NodePresenceSyncDeps {
  node: string;
  registry: Registry;
  signals: Pick<Signals, "send">;
  presence: Presence;
  report(error: unknown): void;
}

/**
 * Keeps it known among the nodes who is connected where. Each node writes its own seats down before it tells of them, and
 * counts the changes, so that the others see when they have missed one and read them again.
 */
export class NodePresenceSync {
  readonly #deps: NodePresenceSyncDeps;
  /** How many changes of each other node are known here. */
  #known = new Map<string, number>();
  #rev = 0;
  #saved = 0;
  #failed = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(deps: NodePresenceSyncDeps) {
    this.#deps = deps;
  }

  /** Writes down and tells what has changed here. What cannot be written now is made up for by the next look. */
  changed(presences: readonly NodePresence[]): Promise<void> {
    const { registry, signals } = this.#deps;
    return this.#save(async (rev) => {
      const isWritten = await registry.setPresence(rev, presences);
      if (isWritten) signals.send({ kind: "presence", rev, users: presences });
      return isWritten;
    });
  }

  /** Takes what another node tells; resolves to false when something before it was missed. */
  heard(from: string, rev: number, presences: readonly NodePresence[]): boolean {
    const known = this.#known.get(from);
    if (known === undefined || rev > known + 1) return false;
    if (rev <= known) return true;
    this.#known.set(from, rev);
    this.#deps.presence.remote.change(from, presences);
    return true;
  }

  /** The number of the last change of this node that is written down. */
  get saved(): number {
    return this.#saved;
  }

  /**
   * Takes who is found on the others by a node that begins. Nobody was here to whom their coming would have been news, and
   * whoever comes is shown them.
   */
  begin(poll: Poll): Promise<void> {
    return this.#reconcile(poll, 0, (presences) =>
      presences.map((presence) => ({ ...presence, quiet: true })),
    );
  }

  /** Brings what is known in line with what a look has found that began when `saved` was written down. */
  reconcile(poll: Poll, saved: number): Promise<void> {
    return this.#reconcile(poll, saved, (presences) => presences);
  }

  async #reconcile(
    { nodes }: Poll,
    saved: number,
    as: (presences: NodePresence[]) => NodePresence[],
  ): Promise<void> {
    const { registry, presence, node } = this.#deps;
    const living = new Map(nodes.map(({ id, presenceRev }) => [id, presenceRev]));
    for (const id of [...this.#known.keys()]) {
      if (living.has(id)) continue;
      this.#known.delete(id);
      presence.remote.forget(id);
    }
    if (this.#failed || (living.get(node) ?? 0) < saved) await this.resume();
    const missed = nodes.filter(
      ({ id, presenceRev }) => id !== node && (this.#known.get(id) ?? -1) < presenceRev,
    );
    if (missed.length === 0) return;
    for (const found of await registry.presencesOf(missed.map(({ id }) => id))) {
      if ((this.#known.get(found.node) ?? -1) >= found.presenceRev) continue;
      this.#known.set(found.node, found.presenceRev);
      presence.remote.replace(found.node, as(found.presences));
    }
  }

  /** Writes down that nobody is here, as when everybody has been sent away; before the node counts as one that lives. */
  clear(): Promise<void> {
    return this.#save((rev) => this.#deps.registry.replacePresence(rev, []));
  }

  /** Writes down all seats of this node, as after it was away. */
  resume(): Promise<void> {
    const { registry, presence } = this.#deps;
    this.#failed = false;
    return this.#save((rev) => registry.replacePresence(rev, presence.presences()));
  }

  /** One after the other, in the order of their numbers. */
  #save(write: (rev: number) => Promise<boolean>): Promise<void> {
    const rev = ++this.#rev;
    this.#saving = this.#saving.then(async () => {
      try {
        if (await write(rev)) this.#saved = rev;
        else this.#failed = true;
      } catch (error) {
        this.#failed = true;
        if (!(error instanceof Refusal)) this.#deps.report(error);
      }
    });
    return this.#saving;
  }
}
