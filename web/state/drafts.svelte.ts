import type { OriginStorage } from "../transport/storage.ts";

const prefix = "secure-chat.draft";

/** What one person has begun to write, per conversation; lasts through a reload, and as long as the tab. */
export class Drafts {
  readonly #storage: OriginStorage;
  readonly #prefix: string;
  #durable = $state(false);

  constructor(storage: OriginStorage, person: { id: number; name: string }) {
    this.#storage = storage;
    this.#prefix = `${prefix}/${person.id}/${person.name}/`;
    this.#durable = storage.keeps;
  }

  /** Whether what was begun would survive a reload. */
  get durable(): boolean {
    return this.#durable;
  }

  of(conversation: string): string {
    return this.#storage.read(this.#prefix + conversation) ?? "";
  }

  keep(conversation: string, text: string): void {
    if (text) this.#durable = this.#storage.write(this.#prefix + conversation, text);
    else this.#storage.remove(this.#prefix + conversation);
  }

  clear(): void {
    for (const key of this.#storage.keys()) if (key.startsWith(this.#prefix)) this.#storage.remove(key);
  }
}
