import { SvelteMap } from "svelte/reactivity";
import type { Message } from "../../server/protocol/events.ts";
import type { Ask } from "./connection.svelte.ts";

export interface Reaction {
  emoji: string;
  people: readonly number[];
}

export interface ReactingDeps {
  me: number;
  /** Resolves when the server has done it; throws where it did not. */
  request(command: Ask): Promise<unknown>;
}

/** Reacts to messages. What was pressed is shown at once, and what the server says as soon as it has answered. */
export class Reacting {
  readonly #deps: ReactingDeps;
  /** What is on its way: whether a reaction of one's own will be there. */
  readonly #pending = new SvelteMap<string, boolean>();

  constructor(deps: ReactingDeps) {
    this.#deps = deps;
  }

  /** Adds one's own reaction, or takes it back; throws `Refused` where that was not done. */
  async react({ conversation, seq }: Place, emoji: string, on: boolean): Promise<void> {
    const key = `${conversation} ${seq} ${emoji}`;
    if (this.#pending.has(key)) return;
    this.#pending.set(key, on);
    try {
      await this.#deps.request({ type: "message.react", conversation, seq, emoji, on });
    } finally {
      this.#pending.delete(key);
    }
  }

  /** The reactions to a message, and of one's own those that are on their way. */
  shown({ conversation, seq, reactions = [] }: Place & Pick<Message, "reactions">): Reaction[] {
    const { me } = this.#deps;
    const prefix = `${conversation} ${seq} `;
    const pending = [...this.#pending].filter(([key]) => key.startsWith(prefix));
    const shown: Reaction[] = [...reactions];
    for (const [key, on] of pending) {
      const emoji = key.slice(prefix.length);
      const at = shown.findIndex((one) => one.emoji === emoji);
      const others = (shown[at]?.people ?? []).filter((person) => person !== me);
      const now = { emoji, people: on ? [...others, me] : others };
      if (at < 0) shown.push(now);
      else shown[at] = now;
    }
    return shown.filter(({ people }) => people.length > 0);
  }
}

type Place = Pick<Message, "conversation" | "seq">;

/** Who reacted, as one says it: "You, Ada and 2 others". */
export function whoReacted(people: readonly number[], me: number, nameOf: (id: number) => string): string {
  const names = people.filter((id) => id !== me).map(nameOf);
  if (people.includes(me)) names.unshift("You");
  const more = names.length - mostNames;
  const said = more > 1 ? [...names.slice(0, mostNames), `${more} others`] : names;
  return said.length < 2 ? said.join("") : `${said.slice(0, -1).join(", ")} and ${said.at(-1)}`;
}

const mostNames = 8;
