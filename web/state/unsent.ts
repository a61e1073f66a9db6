import type { ConversationId } from "../../server/protocol/conversation-id.ts";

/** A message that the server is not known to have. `tab` is the browser tab whose task it is to send it. */
export interface Unsent {
  clientId: string;
  conversation: ConversationId;
  text: string;
  /** When it was written, UTC milliseconds; also its place in line. */
  at: number;
  tab: string;
  /** Why the server will not have it; null while it waits. */
  failed: string | null;
}

const prefix = "secure-chat.unsent";

/**
 * One person's unsent messages in the browser's storage. Each has a key of its own, so that two tabs never write over
 * each other. Id and name are both in the key: a server that was set up anew gives the same ids to other people.
 */
export class UnsentStore {
  readonly #storage: Storage;
  readonly #prefix: string;

  constructor(storage: Storage, person: { id: number; name: string }) {
    this.#storage = storage;
    this.#prefix = `${prefix}/${person.id}/${person.name}/`;
  }

  all(): Unsent[] {
    const keys = Array.from({ length: this.#storage.length }, (_, index) => this.#storage.key(index) ?? "");
    return keys.flatMap((key) => this.read(key, this.#storage.getItem(key)) ?? []);
  }

  /** The entry that this key and value of the storage stand for; null when they are not ours. */
  read(key: string, value: string | null): Unsent | null {
    if (!this.owns(key) || value === null) return null;
    try {
      return { ...JSON.parse(value), clientId: this.nameIn(key) };
    } catch {
      this.#storage.removeItem(key); // nothing that can be read again
      return null;
    }
  }

  owns(key: string): boolean {
    return key.startsWith(this.#prefix);
  }

  nameIn(key: string): string {
    return key.slice(this.#prefix.length);
  }

  /** Keeps an entry; false when the browser has no room or allows no storage. */
  put({ clientId, ...entry }: Unsent): boolean {
    try {
      this.#storage.setItem(this.#prefix + clientId, JSON.stringify(entry));
      return true;
    } catch {
      return false;
    }
  }

  remove(clientId: string): void {
    this.#storage.removeItem(this.#prefix + clientId);
  }
}
