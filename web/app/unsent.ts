import type { ConversationId } from "../../server/protocol/conversation-id.ts";
import type { OriginStorage } from "../transport/storage.ts";

/** A message that the server is not known to have. `tab` is the browser tab whose task it is to send it. */
export interface Unsent {
  clientId: string;
  conversation: ConversationId;
  text: string;
  /** The place of the message that it answers; left out where none. */
  replyTo?: number;
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
  readonly #storage: OriginStorage;
  readonly #prefix: string;

  constructor(storage: OriginStorage, person: { id: number; name: string }) {
    this.#storage = storage;
    this.#prefix = `${prefix}/${person.id}/${person.name}/`;
  }

  all(): Unsent[] {
    return this.#storage.keys().flatMap((key) => this.find(key) ?? []);
  }

  /** The entry that this key of the storage stands for; null when it is not ours, or gone. */
  find(key: string): Unsent | null {
    const value = this.owns(key) ? this.#storage.read(key) : null;
    if (value === null) return null;
    try {
      return { ...JSON.parse(value), clientId: this.nameIn(key) };
    } catch {
      this.#storage.remove(key); // The entry cannot be read.
      return null;
    }
  }

  owns(key: string): boolean {
    return key.startsWith(this.#prefix);
  }

  nameIn(key: string): string {
    return key.slice(this.#prefix.length);
  }

  /** Stores an entry, and says whether the browser keeps it. */
  put({ clientId, ...entry }: Unsent): boolean {
    return this.#storage.write(this.#prefix + clientId, JSON.stringify(entry));
  }

  /** Whether the browser keeps entries, as far as is known. */
  get keeps(): boolean {
    return this.#storage.keeps;
  }

  remove(clientId: string): void {
    this.#storage.remove(this.#prefix + clientId);
  }
}
