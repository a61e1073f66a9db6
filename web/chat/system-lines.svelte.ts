import { groupId } from "../../server/protocol/conversation-id.ts";
import type { EventOf } from "../../server/protocol/events.ts";
import type { People } from "./people.svelte.ts";

/** A line in the log that is no message. It is shown after the message that was the newest then, and is gone after a reload. */
export interface SystemLine {
  id: number;
  text: string;
  /** UTC milliseconds. */
  at: number;
  /** The message it came after; 0 when there was none. */
  after: number;
}

export interface SystemLinesDeps {
  me: { id: number; name: string };
  people: People;
  now(): number;
  /** The group's cursor. */
  cursor(): number;
}

const max = 30;

/** Who came to the group and who left, since the page was opened. */
export class SystemLines {
  readonly #deps: SystemLinesDeps;
  #all = $state.raw<readonly SystemLine[]>([]);
  #count = 0;

  constructor(deps: SystemLinesDeps) {
    this.#deps = deps;
  }

  /** Those of a conversation that came after one message and before another; null means up to now. */
  between(conversation: string, from = 0, to: number | null = null): readonly SystemLine[] {
    if (conversation !== groupId) return [];
    return this.#all.filter(({ after }) => after >= from && (to === null || after < to));
  }

  welcome(): void {
    this.#add(`Welcome, ${this.#deps.me.name}`);
  }

  presence({ online, offline, quiet }: EventOf<"presence.changed">): void {
    if (quiet) return;
    this.#tell(online, "has joined the chat");
    this.#tell(offline, "has left the chat");
  }

  clear(): void {
    this.#all = [];
  }

  #tell(ids: number[], what: string): void {
    const { me, people } = this.#deps;
    for (const id of ids) if (id !== me.id && people.reachable(id)) this.#add(`${people.nameOf(id)} ${what}`);
  }

  #add(text: string): void {
    this.#count += 1;
    const line = { id: this.#count, text, at: this.#deps.now(), after: this.#deps.cursor() };
    this.#all = [...this.#all, line].slice(-max);
  }
}
