import { groupId } from "../../server/protocol/conversation-id.ts";
import type { EventOf } from "../../server/protocol/events.ts";
import type { People } from "./people.svelte.ts";

/** A line in the log that is no message: it is shown where the conversation stood, and is gone after a reload. */
export interface Notice {
  id: number;
  text: string;
  /** UTC milliseconds. */
  at: number;
  /** The message it came after; 0 when there was none. */
  after: number;
}

export interface NoticeSurroundings {
  me: { id: number; name: string };
  people: People;
  now(): number;
  /** Where the group stands. */
  cursor(): number;
}

const kept = 30;

/** What happened in the group while one was looking: who came, who left. */
export class Notices {
  readonly #around: NoticeSurroundings;
  #all = $state.raw<readonly Notice[]>([]);
  #count = 0;

  constructor(around: NoticeSurroundings) {
    this.#around = around;
  }

  /** Those of a conversation that came after one message and before another; null means up to now. */
  between(conversation: string, from = 0, to: number | null = null): readonly Notice[] {
    if (conversation !== groupId) return [];
    return this.#all.filter(({ after }) => after >= from && (to === null || after < to));
  }

  welcome(): void {
    this.#add(`Welcome, ${this.#around.me.name}`);
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
    const { me, people } = this.#around;
    for (const id of ids) if (id !== me.id && people.reachable(id)) this.#add(`${people.nameOf(id)} ${what}`);
  }

  #add(text: string): void {
    this.#count += 1;
    const notice = { id: this.#count, text, at: this.#around.now(), after: this.#around.cursor() };
    this.#all = [...this.#all, notice].slice(-kept);
  }
}
