import type { Credentials, Deletion, Registration, SessionInfo } from "../../server/protocol/account.ts";
import type { PublicSettings } from "../../server/protocol/settings.ts";
import type { Chat } from "../chat/chat.svelte.ts";
import type { ChatDeps, Me } from "../chat/chat-deps.ts";
import { backoff } from "../transport/backoff.ts";
import type { Call } from "../transport/call.ts";
import type { Download } from "../transport/download.ts";
import { Refused } from "../transport/refused.ts";
import type { SessionKey } from "../transport/session-key.ts";
import type { OriginStorage } from "../transport/storage.ts";
import type { System } from "../transport/system.ts";
import { Proof } from "./proof.svelte.ts";
import { newsIn, tellTabs } from "./session-news.ts";

/** Makes the chat of a person; `hear` is how the chat reports on the session it runs under, and on the server. */
export type EnterChat = (me: Me, hear: Pick<ChatDeps, "ended" | "doubted" | "settings">) => Chat;

interface SessionDeps {
  system: Pick<System, "after" | "chance">;
  /** Seen by all tabs. */
  storage: OriginStorage;
  /** The key that the session is bound to. */
  key: Pick<SessionKey, "forget">;
}

/** Who is signed in, if anybody. Verbs throw `Refused`. */
export class Session {
  /** Asks the server, and the person for a fresh proof where the server wants one first. */
  readonly call: Call;
  /** The same for files. */
  readonly download: Download;
  readonly proof = new Proof();
  readonly #enterChat: EnterChat;
  readonly #deps: SessionDeps;
  #info = $state.raw<SessionInfo | null>(null);
  #chat = $state.raw<Chat | null>(null);
  #notice = $state<string | null>(null);
  #failure = $state<string | null>(null);
  /** The chat that was left last, whose drafts and emoji may have to be removed later. */
  #former: Pick<Chat, "me" | "drafts" | "emoji"> | null = null;
  /** Counts the checks of the session: an answer that is older than what is known already is ignored. */
  #asked = 0;
  #answered = 0;
  #failed = 0;
  #cancel = () => {};
  #recoveryCodes = $state.raw<readonly string[] | null>(null);

  constructor(call: Call, download: Download, enterChat: EnterChat, deps: SessionDeps) {
    this.call = ((...asked: Parameters<Call>) => this.proof.run(() => call(...asked))) as Call;
    this.download = (...asked) => this.proof.run(() => download(...asked));
    this.#enterChat = enterChat;
    this.#deps = deps;
  }

  /** Whether the server has said who we are. */
  get known(): boolean {
    return this.#info !== null;
  }

  /** The chat of whoever is signed in; null when nobody is. */
  get chat(): Chat | null {
    return this.#chat;
  }

  /** How far somebody is signed in; null when nobody is. */
  get stage(): NonNullable<SessionInfo["stage"]> | null {
    return this.#info?.stage ?? null;
  }

  /** Who is signed in, however far; null when nobody is. */
  get user(): SessionInfo["user"] {
    return this.#info?.user ?? null;
  }

  /** What can be given as the second factor, where one is asked for. */
  get seconds(): NonNullable<SessionInfo["seconds"]> {
    return this.#info?.seconds ?? { code: false, passkey: false, recovery: false };
  }

  /** Recovery codes that were just made, until the person has saved them: they cannot be shown again. */
  get recoveryCodes(): readonly string[] | null {
    return this.#recoveryCodes;
  }

  /** Whether no recovery codes are left, or were never made, for the second factor that was just given. */
  get needsRecoveryCodes(): boolean {
    return this.#info?.needsRecoveryCodes === true;
  }

  /** What everybody may know of the server; null while it is not set up. */
  get settings(): PublicSettings | null {
    return this.#info?.settings ?? null;
  }

  /** The providers that one can sign in with. */
  get providers(): SessionInfo["providers"] {
    return this.#info?.providers ?? [];
  }

  /** A sentence for the sign-in page that says why it is shown. */
  get notice(): string | null {
    return this.#notice;
  }

  /** Why it is not known who is signed in. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Asks the server who is signed in, and follows its answer; again and again until there is a first one. */
  async check(): Promise<void> {
    this.#cancel();
    const asked = ++this.#asked;
    try {
      const info = await this.call("GET /api/session");
      if (asked > this.#answered) this.#become(info, asked);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (!this.known) this.#fail(error);
    }
  }

  /** The network or the person came back: retries what failed, and checks what may have changed. */
  wake(): void {
    if (this.#chat) this.#chat.connection.wake();
    else this.check();
  }

  /** Another tab changed the storage: it may have logged in or out. */
  stored(key: string | null, value: string | null): void {
    const news = newsIn(key, value);
    if (news === null) this.#chat?.outbox.stored(key);
    else if ("loggedIn" in news) this.check();
    else
      for (const chat of [this.#chat, this.#former])
        if (chat?.me.id === news.loggedOut.id && chat.me.name === news.loggedOut.name) forget(chat);
  }

  /** Follows what the server says of the session after one has logged in, or proven something in it. */
  become(info: SessionInfo): void {
    this.#become(info, ++this.#asked);
    tellTabs(this.#deps.storage, { loggedIn: true });
  }

  /**
   * Follows a proof of who one is, as the second factor or as a fresh one, and lets the request that needed it go on. A session
   * that has ended leads to the sign-in page.
   */
  async prove(answer: Promise<SessionInfo>): Promise<void> {
    try {
      this.become(await answer);
    } catch (error) {
      if (error instanceof Refused && error.code === "not_signed_in") {
        this.proof.dismiss();
        await this.check();
      }
      throw error;
    }
    this.proof.given();
  }

  /** Shows new recovery codes before anything else. */
  showRecoveryCodes(codes: readonly string[]): void {
    this.#recoveryCodes = codes;
  }

  /** The person has saved the recovery codes and may go on. */
  async keptRecoveryCodes(): Promise<void> {
    await this.check();
    this.#recoveryCodes = null;
  }

  async signIn(credentials: Credentials): Promise<void> {
    this.become(await this.call("POST /api/session", { body: credentials }));
  }

  async register(registration: Registration): Promise<void> {
    this.become(await this.call("POST /api/account", { body: registration }));
  }

  /** Logs out. What is still to be sent stays on this device for the same person, or is thrown away. */
  async signOut(unsent: "keep" | "discard"): Promise<void> {
    const chat = this.#chat;
    await this.call("DELETE /api/session");
    this.#deps.key.forget();
    // The server closes the socket too, which may have left the chat already.
    if (unsent === "discard") chat?.outbox.dropAll();
    this.#out("You have logged out.", unsent);
    this.#forget(chat);
  }

  /** Deletes the account and all that is still to be sent from it. */
  async deleteAccount(deletion: Deletion): Promise<void> {
    const chat = this.#chat;
    await this.call("DELETE /api/account", { body: deletion });
    chat?.outbox.dropAll();
    this.#deps.key.forget();
    this.#out("Your account was deleted.", "discard");
    this.#forget(chat);
  }

  #fail({ message, retryAfter = 0 }: Refused): void {
    this.#failure = message;
    this.#failed += 1;
    const { system } = this.#deps;
    const wait = Math.max(retryAfter, backoff(this.#failed, system.chance()));
    this.#cancel = system.after(wait, () => this.check());
  }

  /** `asked` is the number of the check that this answers. */
  #become(info: SessionInfo, asked: number): void {
    const before = this.#chat?.me;
    this.#answered = asked;
    // New recovery codes stay on the screen while the chat opens, but never for another person.
    if (info.user?.id !== this.#info?.user?.id) this.#recoveryCodes = null;
    this.#info = info;
    this.#failure = null;
    // A person who still has to give or set up a second factor is not in the chat yet.
    const user = info.stage === "open" ? info.user : null;
    if (before?.id === user?.id && before?.name === user?.name) return;
    if (user) this.#enter({ id: user.id, name: user.name });
    else if (info.user) this.#leave(null);
    else this.#leave("You were logged out. Please log in again.");
  }

  #enter(me: Me): void {
    this.#leave(null);
    this.#chat = this.#enterChat(me, {
      ended: (why, unsent) => {
        this.#out(why, unsent);
        // Logging in while one is logged in ends the former session of all tabs.
        this.check();
      },
      doubted: () => this.check(),
      settings: ({ name, welcome, registration }) => {
        if (this.#info) this.#info = { ...this.#info, settings: { name, welcome, registration } };
      },
    });
    this.#chat.connection.connect();
  }

  /** The session is gone, however far it was. */
  #out(why: string, unsent: "keep" | "discard"): void {
    this.#answered = this.#asked;
    this.#recoveryCodes = null;
    if (unsent === "discard") {
      this.#chat?.outbox.dropAll();
      if (this.#chat) forget(this.#chat);
    }
    if (this.#info) {
      const { settings, providers } = this.#info;
      this.#info = { user: null, settings, providers };
    }
    this.#leave(why);
  }

  #leave(why: string | null): void {
    if (this.#chat) {
      const { me, drafts, emoji } = this.#chat;
      this.#chat.close();
      drafts.leave();
      this.#former = { me, drafts, emoji };
    }
    this.#chat = null;
    this.#notice = why;
  }

  /** The person logged out on purpose: their drafts and emoji are removed, in this tab and in the others. */
  #forget(chat: Chat | null): void {
    if (!chat) return;
    forget(chat);
    tellTabs(this.#deps.storage, { loggedOut: chat.me });
  }
}

/** What the browser keeps of somebody who has left for good. */
function forget({ drafts, emoji }: Pick<Chat, "drafts" | "emoji">): void {
  drafts.clear();
  emoji.forget();
}
