import * as v from "valibot";
import type { OriginStorage } from "../../transport/storage.ts";

const kept = "secure-chat.emoji";
const most = 24;
const stored = v.object({ recent: v.array(v.string()), tone: v.string() });
/** Offered as long as not enough others were used. */
const usual = ["👍", "❤️", "😂", "🎉", "😮", "😢"];

/** The emoji that a person used last, and the skin they chose. The browser keeps them for each account. */
export class EmojiChoices {
  readonly #storage: OriginStorage;
  readonly #key: string;
  #recent = $state.raw<readonly string[]>([]);
  #tone = $state("");

  constructor(storage: OriginStorage, person: { id: number; name: string }) {
    this.#storage = storage;
    this.#key = `${kept}/${person.id}/${person.name}`;
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), stored), storage.read(this.#key));
    if (!read.success) return;
    this.#recent = read.output.recent.slice(0, most);
    this.#tone = read.output.tone;
  }

  /** The last one first. */
  get recent(): readonly string[] {
    return this.#recent;
  }

  /** Six for one press: the last ones, then those that people use most. */
  get quick(): string[] {
    return [...new Set([...this.#recent, ...usual])].slice(0, usual.length);
  }

  /** The modifier for skin; "" for none. */
  get tone(): string {
    return this.#tone;
  }

  use(emoji: string): void {
    this.#recent = [emoji, ...this.#recent.filter((one) => one !== emoji)].slice(0, most);
    this.#keep();
  }

  choose(tone: string): void {
    this.#tone = tone;
    this.#keep();
  }

  forget(): void {
    this.#recent = [];
    this.#tone = "";
    this.#storage.remove(this.#key);
  }

  #keep(): void {
    this.#storage.write(this.#key, JSON.stringify({ recent: this.#recent, tone: this.#tone }));
  }
}
