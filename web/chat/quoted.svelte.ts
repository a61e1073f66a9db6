import type { EventOf, Message } from "../../server/protocol/events.ts";
import { limits } from "../../server/protocol/limits.ts";

export interface QuotedDeps {
  /** Asks for messages by their places, and gives the command's ref; null when there is no connection. */
  ask(seqs: number[], refused: () => void): string | null;
}

/** Messages that others answer and that are not held with the log: asked for once, and kept as they change. */
export class Quoted {
  readonly #deps: QuotedDeps;
  /** Null for what one does not see. */
  #known = $state.raw<ReadonlyMap<number, Message | null>>(new Map());
  /** What was asked for, by the ref of the command. */
  #asked = new Map<string, number[]>();

  constructor(deps: QuotedDeps) {
    this.#deps = deps;
  }

  /** Null for what one does not see, undefined for what is not known yet. */
  of(seq: number): Message | null | undefined {
    return this.#known.get(seq);
  }

  /** Asks for those of these that are not known, and not asked for. */
  want(seqs: readonly number[]): void {
    const underWay = new Set([...this.#asked.values()].flat());
    const wanted = [...new Set(seqs)].filter((seq) => !this.#known.has(seq) && !underWay.has(seq));
    for (let at = 0; at < wanted.length; at += limits.readMax) {
      const some = wanted.slice(at, at + limits.readMax);
      const ref = this.#deps.ask(some, () => ref !== null && this.#asked.delete(ref));
      if (ref !== null) this.#asked.set(ref, some);
    }
  }

  take({ ref, messages, more }: EventOf<"message.list">): void {
    const asked = this.#asked.get(ref);
    if (!asked) return;
    this.#asked.delete(ref);
    const found = new Map(messages.map((message) => [message.seq, message]));
    const settled = more ? [...found.keys()] : asked;
    this.#known = new Map([...this.#known, ...settled.map((seq) => [seq, found.get(seq) ?? null] as const)]);
    if (more) this.want(asked);
  }

  /** Takes what changed of what is quoted. */
  update(messages: readonly Message[]): void {
    const changed = messages.filter(({ seq, rev }) => (this.#known.get(seq)?.rev ?? rev) < rev);
    if (changed.length > 0)
      this.#known = new Map([...this.#known, ...changed.map((message) => [message.seq, message] as const)]);
  }

  /** What was asked for over a connection that is gone gets no answer. */
  resume(): void {
    this.#asked.clear();
  }

  clear(): void {
    this.#known = new Map();
    this.#asked.clear();
  }
}
