import type { AccountInfo, Credentials, Registration, SessionInfo } from "../../server/protocol/account.ts";
import type { Api } from "../transport/api.ts";
import { Refused } from "../transport/refused.ts";
import type { Chat, Me } from "./chat.svelte.ts";

/** Makes the chat of a person; `ended` and `doubted` are how the chat reports on the session it runs under. */
export type EnterChat = (me: Me, hear: { ended(why: string): void; doubted(): void }) => Chat;

/** Who is signed in, if anybody. Verbs throw `Refused`. */
export class Session {
  readonly #api: Api;
  readonly #enterChat: EnterChat;
  #info = $state.raw<SessionInfo | null>(null);
  #chat = $state.raw<Chat | null>(null);
  #notice = $state<string | null>(null);
  #failure = $state<string | null>(null);

  constructor(api: Api, enterChat: EnterChat) {
    this.#api = api;
    this.#enterChat = enterChat;
  }

  /** Whether the server has said who we are. */
  get known(): boolean {
    return this.#info !== null;
  }

  /** The chat of whoever is signed in; null when nobody is. */
  get chat(): Chat | null {
    return this.#chat;
  }

  get registrationOpen(): boolean {
    return this.#info?.registration !== "closed";
  }

  /** Something to be told on the sign-in page: why one is there. */
  get notice(): string | null {
    return this.#notice;
  }

  /** Why it is not known who is signed in. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Asks the server who is signed in, and follows its answer. */
  async check(): Promise<void> {
    try {
      this.#become(await this.#api.session());
      this.#failure = null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (!this.known) this.#failure = error.message;
    }
  }

  account(): Promise<AccountInfo> {
    return this.#api.account();
  }

  /** Ends the other sessions; this one goes on. */
  changePassword(current: string, password: string): Promise<void> {
    return this.#api.changePassword({ current, password });
  }

  async signIn(credentials: Credentials): Promise<void> {
    this.#become(await this.#api.signIn(credentials));
  }

  async register(registration: Registration): Promise<void> {
    this.#become(await this.#api.register(registration));
  }

  /** Logs out. What is still to be sent stays on this device for the same person, or is thrown away. */
  async signOut(unsent: "keep" | "discard"): Promise<void> {
    await this.#api.signOut();
    if (unsent === "discard") this.#chat?.outbox.dropAll();
    this.#chat?.drafts.clear();
    this.#leave("You have logged out.");
  }

  /** Deletes the account and all that is still to be sent from it. */
  async deleteAccount(password: string): Promise<void> {
    await this.#api.deleteAccount(password);
    this.#chat?.outbox.dropAll();
    this.#chat?.drafts.clear();
    this.#leave("Your account was deleted.");
  }

  #become(info: SessionInfo): void {
    const before = this.#chat?.me;
    this.#info = info;
    if (before?.id === info.user?.id && before?.name === info.user?.name) return;
    if (info.user) this.#enter(info.user);
    else this.#leave("You were logged out. Please log in again.");
  }

  #enter(me: Me): void {
    this.#chat?.close();
    this.#notice = null;
    this.#chat = this.#enterChat(me, { ended: (why) => this.#leave(why), doubted: () => this.check() });
    this.#chat.connection.connect();
  }

  #leave(why: string): void {
    this.#chat?.close();
    this.#chat?.drafts.clear();
    this.#chat = null;
    this.#notice = why;
  }
}
