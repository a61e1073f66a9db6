import type {
  AccountInfo,
  Credentials,
  Deletion,
  Registration,
  SessionInfo,
} from "../../server/protocol/account.ts";
import type { PublicHouse } from "../../server/protocol/house.ts";
import type { OwnDataFormat } from "../../server/protocol/own-data.ts";
import { type Api, createApi } from "../transport/api.ts";
import type { Call } from "../transport/call.ts";
import type { Download } from "../transport/download.ts";
import { Refused } from "../transport/refused.ts";
import type { Chat } from "./chat.svelte.ts";
import type { ChatSurroundings, Me } from "./chat-surroundings.ts";
import { Proof } from "./proof.svelte.ts";

/** Makes the chat of a person; `hear` is how the chat reports on the session it runs under, and on the server. */
export type EnterChat = (me: Me, hear: Pick<ChatSurroundings, "ended" | "doubted" | "house">) => Chat;

/** Who is signed in, if anybody. Verbs throw `Refused`. */
export class Session {
  /** The HTTP half of the wire, for the state of pages of their own. */
  readonly call: Call;
  /** Asks for files. */
  readonly download: Download;
  readonly proof = new Proof();
  readonly #api: Api;
  readonly #enterChat: EnterChat;
  #info = $state.raw<SessionInfo | null>(null);
  #chat = $state.raw<Chat | null>(null);
  #notice = $state<string | null>(null);
  #failure = $state<string | null>(null);

  constructor(call: Call, download: Download, enterChat: EnterChat) {
    this.call = call;
    this.download = download;
    this.#api = createApi(call);
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

  /** How far somebody is signed in; null when nobody is. */
  get stage(): NonNullable<SessionInfo["stage"]> | null {
    return this.#info?.stage ?? null;
  }

  /** Who is signed in, however far; null when nobody is. */
  get user(): SessionInfo["user"] {
    return this.#info?.user ?? null;
  }

  /** What can be given as the second factor, where one is asked for. */
  get seconds(): { code: boolean; passkey: boolean } {
    return this.#info?.seconds ?? { code: false, passkey: false };
  }

  /** What everybody may know of the server; null while it is not set up. */
  get house(): PublicHouse | null {
    return this.#info?.house ?? null;
  }

  /** What one can sign in with besides passwords and passkeys. */
  get providers(): SessionInfo["providers"] {
    return this.#info?.providers ?? [];
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
  changePassword(current: string | undefined, password: string): Promise<void> {
    return this.proof.run(() =>
      this.#api.changePassword(current === undefined ? { password } : { current, password }),
    );
  }

  /** Follows what the server says of the session after something was proven in it. */
  become(info: SessionInfo): void {
    this.#become(info);
  }

  async signIn(credentials: Credentials): Promise<void> {
    this.#become(await this.#api.signIn(credentials));
  }

  async register(registration: Registration): Promise<void> {
    this.#become(await this.#api.register(registration));
  }

  /** Logs out. What is still to be sent stays on this device for the same person, or is thrown away. */
  async signOut(unsent: "keep" | "discard"): Promise<void> {
    const chat = this.#chat;
    await this.#api.signOut();
    // The server closes the socket as well, and the chat may have been left for that already.
    if (unsent === "discard") chat?.outbox.dropAll();
    this.#out("You have logged out.", unsent);
  }

  /** Everything that is kept of oneself, as a file; `arrived` hears how far it is, in messages. */
  exportOwnData(
    format: OwnDataFormat,
    arrived: (lines: number, total: number | null) => void,
  ): Promise<Blob> {
    return this.proof.run(() => this.download("/api/account/export", { format }, arrived));
  }

  /** Deletes the account and all that is still to be sent from it. */
  async deleteAccount(deletion: Deletion): Promise<void> {
    await this.proof.run(() => this.#api.deleteAccount(deletion));
    this.#out("Your account was deleted.", "discard");
  }

  #become(info: SessionInfo): void {
    const before = this.#chat?.me;
    this.#info = info;
    // Whoever still has to give a second factor, or to set one up, is not in the chat yet.
    const user = info.stage === "open" ? info.user : null;
    if (before?.id === user?.id && before?.name === user?.name) return;
    if (user) this.#enter({ id: user.id, name: user.name });
    else if (info.user) this.#leave(null);
    else this.#leave("You were logged out. Please log in again.");
  }

  #enter(me: Me): void {
    this.#chat?.close();
    this.#notice = null;
    this.#chat = this.#enterChat(me, {
      ended: (why, unsent) => this.#out(why, unsent),
      doubted: () => this.check(),
      house: ({ name, welcome, registration }) => {
        if (this.#info) this.#info = { ...this.#info, house: { name, welcome, registration } };
      },
    });
    this.#chat.connection.connect();
  }

  /** The session is gone, however far it was. */
  #out(why: string, unsent: "keep" | "discard"): void {
    if (unsent === "discard") this.#chat?.outbox.dropAll();
    if (this.#info) {
      const { house, providers } = this.#info;
      this.#info = { user: null, house, providers };
    }
    this.#leave(why);
  }

  #leave(why: string | null): void {
    this.#chat?.close();
    this.#chat?.drafts.clear();
    this.#chat = null;
    this.#notice = why;
  }
}
