import type { Message } from "../../server/protocol/events.ts";
import type { Pages } from "./pages.svelte.ts";
import { plainText } from "./plain-text.ts";
import { lineWords } from "./rooms/line-words.ts";

/** So many that come at once are told one by one; of more only the number, since nobody could hear them out. */
const toldMax = 3;
const keptMax = 5;

export interface Announcement {
  key: number;
  text: string;
  /** The message that it says; null where it says how many there are. */
  seq: number | null;
}

/**
 * What a screen reader says of messages that come in: author and text, once. Changed messages, and those that are only shown
 * again or loaded from further up, say nothing.
 */
export class Announcements {
  readonly #me: number;
  readonly #nameOf: (id: number) => string;
  #all = $state.raw<readonly Announcement[]>([]);
  #count = 0;
  /** Where the pages began, and how far they went, when they were last looked at. */
  #before: { start: Pages["start"]; newest: number } | null = null;

  constructor(me: number, nameOf: (id: number) => string) {
    this.#me = me;
    this.#nameOf = nameOf;
  }

  /** The latest ones, oldest first. */
  get all(): readonly Announcement[] {
    return this.#all;
  }

  /** Tells what is new since the last time, where the pages reached the newest message then and do so now. */
  hear(pages: Pages): void {
    const { loaded, newer, start, messages } = pages;
    this.#forget((seq) => pages.at(seq));
    const before = this.#before;
    const reachesEnd = loaded && !newer;
    this.#before = reachesEnd ? { start, newest: messages.at(-1)?.seq ?? 0 } : null;
    if (!reachesEnd || before?.start !== start) return;
    const first = messages.findLastIndex(({ seq }) => seq <= before.newest) + 1;
    const told = messages
      .slice(first)
      .filter(({ author, deletedAt }) => author !== this.#me && deletedAt === undefined);
    if (told.length > toldMax) this.#say([{ seq: null, text: `${told.length} new messages` }]);
    else this.#say(told.map((one) => ({ seq: one.seq, text: this.#words(one) })));
  }

  /** Of what was changed or deleted, the earlier text stays nowhere in the document. */
  #forget(at: (seq: number) => Message | undefined): void {
    const isGone = ({ deletedAt, editedAt }: Partial<Message>) => (deletedAt ?? editedAt) !== undefined;
    const left = this.#all.filter(({ seq }) => seq === null || !isGone(at(seq) ?? {}));
    if (left.length < this.#all.length) this.#all = left;
  }

  #words({ author, body }: Message): string {
    const name = this.#nameOf(author);
    return body.line ? lineWords(body.line, author, this.#nameOf) : `${name}: ${plainText(body.text)}`;
  }

  #say(added: Omit<Announcement, "key">[]): void {
    if (added.length === 0) return;
    const keyed = added.map((one) => {
      this.#count += 1;
      return { ...one, key: this.#count };
    });
    this.#all = [...this.#all, ...keyed].slice(-keptMax);
  }
}
