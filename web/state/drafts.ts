const prefix = "secure-chat.draft";

/** What one person has begun to write, per conversation; lasts through a reload, and as long as the tab. */
export class Drafts {
  readonly #storage: Storage;
  readonly #prefix: string;

  constructor(storage: Storage, person: { id: number; name: string }) {
    this.#storage = storage;
    this.#prefix = `${prefix}/${person.id}/${person.name}/`;
  }

  of(conversation: string): string {
    return this.#storage.getItem(this.#prefix + conversation) ?? "";
  }

  /** Says whether the browser kept it. */
  keep(conversation: string, text: string): boolean {
    try {
      if (text) this.#storage.setItem(this.#prefix + conversation, text);
      else this.#storage.removeItem(this.#prefix + conversation);
      return true;
    } catch {
      return false; // no room, or no storage allowed: the text is still in the composer
    }
  }

  clear(): void {
    const keys = Array.from({ length: this.#storage.length }, (_, index) => this.#storage.key(index) ?? "");
    for (const key of keys) if (key.startsWith(this.#prefix)) this.#storage.removeItem(key);
  }
}
