import type { CommandType } from "../../server/protocol/commands.ts";
import type { ChatEvent, EventOf, EventType } from "../../server/protocol/events.ts";
import { keyHeader, protocolsOf } from "../../server/protocol/session-key.ts";
import type { ServerSettings } from "../../server/protocol/settings.ts";

/** Whatever has an address to talk to: a server of a test, or a process started by one. */
export interface Reachable {
  origin: string;
}

export const password = "correct horse battery";
const insecure = { rejectUnauthorized: false };

/** The name of a room that nobody has made yet. */
export const newRoom = () => `room:${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}` as const;

export const newKey = (): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");

/** Someone at a browser, without the browser: keeps cookies, sends the headers a page would, opens sockets. */
export class Person {
  readonly name: string;
  /** What the pages of the chat keep for their origin; null as where a browser keeps nothing, or where there is none. */
  key: string | null = null;
  #server: Reachable;
  #cookies = new Map<string, string>();
  #sockets: Socket[] = [];

  constructor(server: Reachable, name: string) {
    this.#server = server;
    this.name = name;
  }

  /** The same browser, which is led to another server. */
  at(server: Reachable): Person {
    const same = new Person(server, this.name);
    same.#cookies = this.#cookies;
    same.#sockets = this.#sockets;
    same.key = this.key;
    return same;
  }

  /** This browser is as new. */
  forget(): this {
    this.#cookies = new Map();
    this.#sockets = [];
    this.key = null;
    return this;
  }

  /** From here on this browser talks to another server of the same chat. */
  moveTo(server: Reachable): void {
    this.#server = server;
  }

  /** Has a key from here on, as the client makes one. */
  withKey(key = newKey()): this {
    this.key = key;
    return this;
  }

  /** Takes a cookie along that was come by in some other way. */
  bring(cookie: string): void {
    const [name, value] = cookie.split("=") as [string, string];
    this.#cookies.set(name, value);
  }

  get cookies(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** A request of a page of the server's own origin; keeps the cookies it answers with. */
  async fetch(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const changes = method !== "GET" && method !== "HEAD";
    const response = await fetch(this.#server.origin + path, {
      method,
      headers: {
        ...(changes ? { origin: this.#server.origin } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(this.#cookies.size > 0 ? { cookie: this.cookies } : {}),
        ...(this.key === null ? {} : { [keyHeader]: this.key }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
      // What a redirect says of cookies would be lost.
      redirect: "manual",
      tls: insecure,
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      if (value) this.#cookies.set(name!, value);
      else this.#cookies.delete(name!);
    }
    return response;
  }

  /** What a path answers with. */
  async get(path: string) {
    return (await this.fetch("GET", path)).json();
  }

  async register(headers: Record<string, string> = {}): Promise<this> {
    const response = await this.fetch("POST", "/api/account", { name: this.name, password }, headers);
    if (response.status !== 201) throw new Error(`${this.name} could not register: ${await response.text()}`);
    return this;
  }

  /** Becomes the owner by the set-up link in what a start has printed; says who may register from then on. */
  async setUp(printed: string, registration: ServerSettings["registration"] = "open"): Promise<this> {
    const [, token] = /\/setup#([\w-]+)/.exec(printed) ?? [];
    const rules = { chatName: "Secure Chat", registration };
    const response = await this.fetch("POST", "/api/set-up", { token, ...rules, name: this.name, password });
    if (response.status !== 201) throw new Error(`${this.name} could not set up: ${await response.text()}`);
    return this;
  }

  /** Signs in with the password, which has to be right. */
  async logIn(given = password): Promise<this> {
    const response = await this.signIn(given);
    if (response.status !== 200) throw new Error(`${this.name} could not log in: ${await response.text()}`);
    return this;
  }

  /** How one's own account is answered for, by these cookies. */
  async status(cookie = this.cookies): Promise<number> {
    return (await this.fetch("GET", "/api/account", undefined, { cookie })).status;
  }

  /** Changes these of the chat's settings, as one who may. */
  async changeSettings(changes: Partial<ServerSettings>): Promise<void> {
    const response = await this.fetch("PUT", "/api/settings", {
      ...(await this.get("/api/settings")),
      ...changes,
    });
    if (response.status !== 204) throw new Error(`The settings were not changed: ${await response.text()}`);
  }

  signIn(given = password): Promise<Response> {
    return this.fetch("POST", "/api/session", { name: this.name, password: given });
  }

  /** A socket that is open, or the error that it closed instead. */
  async connect(headers: Record<string, string> = {}): Promise<Socket> {
    const all = { cookie: this.cookies, origin: this.#server.origin, ...headers };
    const socket = new Socket(this.#server, all, this.key === null ? [] : protocolsOf(this.key));
    this.#sockets.push(socket);
    await socket.opened;
    return socket;
  }

  /** A socket on which `chat.enter` was answered. */
  async enter(): Promise<Socket & { entered: EventOf<"chat.entered"> }> {
    const socket = await this.connect();
    return Object.assign(socket, { entered: await socket.ask("chat.enter", {}, "chat.entered") });
  }

  /** Closes all sockets this person opened. */
  leave(): void {
    for (const socket of this.#sockets) socket.close();
  }
}

/** What `message.send` takes. */
export const sending = (text: string, conversation = "group", clientId: string = crypto.randomUUID()) => ({
  conversation,
  clientId,
  body: { text },
});

/** One open socket: keeps every event, and lets a test wait for the one it needs. */
export class Socket {
  readonly events: ChatEvent[] = [];
  readonly opened: Promise<void>;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  readonly raw: WebSocket;
  #waiting = new Set<{ look: () => void; fail: (error: Error) => void }>();
  #closed: Error | null = null;
  #nextRef = 1;

  constructor({ origin }: Reachable, headers: Record<string, string>, protocols: string[] = []) {
    const url = `${origin.replace("https", "wss")}/api/socket`;
    this.raw = new WebSocket(url, { headers, protocols, tls: insecure } as unknown as string[]);
    this.opened = new Promise((resolve, reject) => {
      this.raw.addEventListener("open", () => resolve());
      this.raw.addEventListener("close", ({ code }) => reject(new Error(`The socket closed with ${code}`)));
    });
    this.opened.catch(() => {});
    this.closed = new Promise((resolve) => {
      this.raw.addEventListener("close", ({ code }) => resolve(code));
    });
    this.raw.addEventListener("message", ({ data }) => {
      this.events.push(...(JSON.parse(data) as ChatEvent[]));
      for (const { look } of [...this.#waiting]) look();
    });
    this.raw.addEventListener("close", ({ code }) => {
      this.#closed = new Error(`The socket closed with ${code} while waiting`);
      for (const { fail } of this.#waiting) fail(this.#closed);
    });
  }

  /** The first event that satisfies the condition, whether it came already or is still to come. */
  async event<T extends EventType>(
    type: T,
    is: (event: EventOf<T>) => boolean = () => true,
  ): Promise<EventOf<T>> {
    const find = () => this.events.find((event) => event.type === type && is(event as EventOf<T>));
    await this.until(() => find() !== undefined);
    return find() as EventOf<T>;
  }

  /** Waits until what has arrived satisfies the condition; fails when the socket closes before. */
  until(satisfied: () => boolean): Promise<void> {
    return new Promise((resolve, fail) => {
      const look = () => {
        if (!satisfied()) return;
        this.#waiting.delete(waiter);
        resolve();
      };
      const waiter = { look, fail };
      this.#waiting.add(waiter);
      look();
      if (this.#closed) fail(this.#closed);
    });
  }

  /** Sends a command; gives the ref it was given. */
  send(type: CommandType, fields: Record<string, unknown> = {}): string {
    const ref = `r${this.#nextRef++}`;
    this.raw.send(JSON.stringify({ type, ref, ...fields }));
    return ref;
  }

  /** Sends a command and waits for the answer with its ref: the event asked for, or the refusal where that is. */
  ask<T extends EventType>(
    type: CommandType,
    fields: Record<string, unknown>,
    expected: T,
  ): Promise<EventOf<T>> {
    const ref = this.send(type, fields);
    return this.event(expected, (event) => (event as { ref?: string }).ref === ref);
  }

  /** Sends a message and waits until it is stored. */
  async say(text: string, conversation = "group", clientId: string = crypto.randomUUID()) {
    this.send("message.send", sending(text, conversation, clientId));
    const { message } = await this.event("message.sent", ({ message }) => message.clientId === clientId);
    return message;
  }

  /** The close code, which must come within a second. */
  async closesSoon(): Promise<number> {
    const started = performance.now();
    const code = await this.closed;
    if (performance.now() - started > 1000) throw new Error(`The socket closed late, with ${code}`);
    return code;
  }

  close(): void {
    this.raw.close();
  }
}
