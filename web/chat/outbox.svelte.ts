import type { ConversationId } from "../../server/protocol/conversation-id.ts";
import type { ErrorCode } from "../../server/protocol/errors.ts";
import type { EventOf } from "../../server/protocol/events.ts";
import type { ServerClock } from "../app/server-clock.svelte.ts";
import type { Tabs } from "../app/tabs.ts";
import type { Unsent, UnsentStore } from "../app/unsent.ts";
import type { System } from "../transport/system.ts";
import type { Ask } from "./connection.svelte.ts";

export interface OutboxDeps {
  store: UnsentStore;
  tabs: Tabs;
  system: System;
  clock: Pick<ServerClock, "now">;
  /** Sends a command; null when there is no connection. */
  ask(command: Ask, refused: (refusal: EventOf<"error">) => void): string | null;
}

const retryable: ErrorCode[] = ["rate_limited", "busy", "storage_full"];
const retryIn = 2_000;
/** An echo may be lost; asking again is harmless, since the server knows the message by its `clientId`. */
const receiptWithin = 10_000;
/** The longest wait before another try. A browser's timers hold no more than 24 days. */
const longestWait = 60 * 60_000;
/** How many settled messages are remembered: more than another tab can send before its storage is heard of. */
const settledMax = 1_000;

const inOrder = (entries: Unsent[]): Unsent[] => entries.sort((a, b) => a.at - b.at);

/**
 * Messages that are not yet known to be stored. Sends one at a time, in the order of writing, and only those of this tab or of
 * a tab that is gone.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  #entries = $state.raw<Unsent[]>([]);
  #flying: string | null = $state(null);
  #hindrance = $state<string | null>(null);
  #durable = $state(false);
  #online = false;
  #watched = new Set<string>();
  /** The latest that the server is known to have. */
  #settled = new Set<string>();
  #cancel = () => {};

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
    this.#entries = inOrder(deps.store.all());
    this.#durable = deps.store.keeps;
    this.#watchTabs();
  }

  get entries(): readonly Unsent[] {
    return this.#entries;
  }

  /** What waits, or failed, in one conversation. */
  of(conversation: ConversationId): Unsent[] {
    return this.#entries.filter((one) => one.conversation === conversation);
  }

  /** The messages of this tab that the server refused. */
  refused(conversation: ConversationId): Unsent[] {
    const { me } = this.#deps.tabs;
    return this.of(conversation).filter(({ failed, tab }) => failed !== null && tab === me);
  }

  /** Why sending pauses although the connection is fine, in the server's words. */
  get hindrance(): string | null {
    return this.#hindrance;
  }

  /** Whether what waits would survive closing the tab. */
  get durable(): boolean {
    return this.#durable;
  }

  add(conversation: ConversationId, text: string, replyTo?: number): void {
    const { system, clock, tabs } = this.#deps;
    const at = Math.max(clock.now(), (this.#entries.at(-1)?.at ?? 0) + 1);
    const answers = replyTo === undefined ? {} : { replyTo };
    const clientId = system.newId();
    this.#put({ clientId, conversation, text, ...answers, at, tab: tabs.me, failed: null });
    this.#flush();
  }

  /** Tries a failed message again, in its place and under its `clientId`. */
  retry(clientId: string): void {
    const entry = this.#entries.find((one) => one.clientId === clientId);
    if (!entry) return;
    this.#put({ ...entry, tab: this.#deps.tabs.me, failed: null });
    this.#flush();
  }

  drop(clientId: string): void {
    if (clientId !== this.#flying) this.#remove(clientId);
  }

  /** Takes a message back, so that it can be written anew. Null while it is on its way, and when it is gone. */
  takeBack(clientId: string): Unsent | null {
    const entry = this.#entries.find((one) => one.clientId === clientId);
    if (!entry || clientId === this.#flying) return null;
    this.#remove(clientId);
    return entry;
  }

  dropAll(): void {
    for (const { clientId } of this.#entries) this.#remove(clientId);
  }

  /** The server has this message. */
  settle(clientId: string): void {
    this.#settled.add(clientId);
    if (this.#settled.size > settledMax) this.#settled.delete(this.#settled.values().next().value!);
    this.#remove(clientId);
    if (this.#flying === clientId) this.#land();
  }

  /** The chat was entered: what was on its way may not have arrived. */
  resume(): void {
    this.#online = true;
    this.#land();
  }

  /** Tries again: what held sending up may be over. */
  again(): void {
    if (this.#hindrance) this.#land();
  }

  pause(): void {
    this.#online = false;
    this.#flying = null;
    this.#hindrance = null;
    this.#cancel();
  }

  /**
   * Another tab changed the storage; a key of null means that all of it was cleared. The entry is read from the storage, not
   * from the event, which may arrive after this tab has removed the entry. The entry itself may arrive late, too: what the
   * server was known to have by then is no longer unsent.
   */
  stored(key: string | null): void {
    const { store } = this.#deps;
    if (key === null) this.#entries = [];
    else if (store.owns(key)) {
      const others = this.#entries.filter((one) => one.clientId !== store.nameIn(key));
      const changed = store.find(key);
      const isUnsent = changed !== null && !this.#settled.has(changed.clientId);
      this.#entries = inOrder(isUnsent ? [...others, changed] : others);
      this.#watchTabs();
    }
  }

  #flush(): void {
    if (!this.#online || this.#flying || this.#hindrance) return;
    const next = this.#entries.find((one) => one.failed === null && one.tab === this.#deps.tabs.me);
    if (!next) return;
    const { clientId, conversation, text, replyTo } = next;
    const body = replyTo === undefined ? { text } : { text, replyTo };
    const command = { type: "message.send", conversation, clientId, body } as const;
    if (!this.#deps.ask(command, (refusal) => this.#refused(next, refusal))) return;
    this.#flying = clientId;
    this.#later(receiptWithin);
  }

  #refused(entry: Unsent, { code, message, retryAfter }: EventOf<"error">): void {
    if (retryAfter !== undefined || retryable.includes(code)) {
      this.#flying = null;
      this.#hindrance = message;
      this.#later(retryAfter ?? retryIn);
      return;
    }
    if (this.#entries.includes(entry)) this.#put({ ...entry, failed: message });
    this.#land();
  }

  #later(ms: number): void {
    this.#cancel();
    this.#cancel = this.#deps.system.after(Math.min(ms, longestWait), () => this.#land());
  }

  #land(): void {
    this.#cancel();
    this.#flying = null;
    this.#hindrance = null;
    this.#flush();
  }

  #put(entry: Unsent): void {
    this.#durable = this.#deps.store.put(entry);
    const others = this.#entries.filter((one) => one.clientId !== entry.clientId);
    this.#entries = inOrder([...others, entry]);
  }

  #remove(clientId: string): void {
    this.#deps.store.remove(clientId);
    this.#entries = this.#entries.filter((one) => one.clientId !== clientId);
  }

  #watchTabs(): void {
    const { tabs } = this.#deps;
    for (const { tab } of this.#entries) {
      if (tab === tabs.me || this.#watched.has(tab)) continue;
      this.#watched.add(tab);
      tabs.whenGone(tab, () => this.#inherit(tab));
    }
  }

  /** Takes over the messages of a tab that is gone. The storage is read again, because another tab may have taken them first. */
  #inherit(tab: string): void {
    const { store, tabs } = this.#deps;
    for (const entry of store.all()) if (entry.tab === tab) this.#put({ ...entry, tab: tabs.me });
    this.#flush();
  }
}
