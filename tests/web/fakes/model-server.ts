import type { Command, CommandOf } from "../../../server/protocol/commands.ts";
import { type ConversationId, directId, groupId } from "../../../server/protocol/conversation-id.ts";
import type { ChatEvent, EventOf, Message } from "../../../server/protocol/events.ts";
import { protocolVersion } from "../../../server/protocol/limits.ts";
import { defaultPreferences } from "../../../server/protocol/preferences.ts";
import type { FakeSocket } from "./socket-pair.ts";

export const alice = { id: 1, name: "alice" };
export const bob = { id: 2, name: "bob" };
export const direct = directId(alice.id, bob.id);

/** A message as the server would store it; tests of parts make theirs with it too. */
export const message = (seq: number, more: Partial<Message> = {}): Message => ({
  conversation: groupId,
  seq,
  rev: seq,
  author: bob.id,
  clientId: `c${seq}`,
  body: { text: `text ${seq}` },
  createdAt: seq * 1000,
  ...more,
});

interface Frame {
  live: boolean;
  events: ChatEvent[];
}

/** What the server does with one person's socket, as simply as it can be said; frames wait until the test lets them go. */
export class ModelServer {
  epoch = "first";
  /** What is said of alice on entering, besides what is always said. */
  also: Partial<EventOf<"chat.entered">> = {};
  readonly held = new Map<ConversationId, { head: number; lastRead: number; messages: Message[] }>();
  /** How far the others have read. */
  readers: EventOf<"readers.listed">["readers"] = [];
  /** Answers a command instead of doing it. */
  refuse: ((command: Command) => Omit<EventOf<"error">, "type" | "ref"> | null) | null = null;
  queue: Frame[] = [];
  #socket: FakeSocket | null = null;
  #done = 0;
  readonly #page: number;
  /** What time it is for the server: that of the first client, where the test says no other. */
  now: (() => number) | null = null;

  constructor(page = 3) {
    this.#page = page;
    this.of(groupId);
  }

  of(id: ConversationId) {
    const found = this.held.get(id) ?? { head: 0, lastRead: 0, messages: [] };
    this.held.set(id, found);
    return found;
  }

  unread(id: ConversationId): number {
    return this.#unread(id).length;
  }

  /** How many unread messages name alice. */
  mentions(id: ConversationId): number {
    return this.#unread(id).filter(({ mentions }) => mentions?.people?.includes(alice.id)).length;
  }

  #unread(id: ConversationId): Message[] {
    const { messages, lastRead } = this.of(id);
    return messages.filter(
      ({ seq, author, deletedAt }) => seq > lastRead && author !== alice.id && deletedAt === undefined,
    );
  }

  /** The socket that it took last, unless it cut that. */
  get socket(): FakeSocket | null {
    return this.#socket;
  }

  accept(socket: FakeSocket): void {
    this.#socket = socket;
    this.#done = 0;
    this.queue = [];
    socket.accept();
  }

  cut(code?: number): void {
    const socket = this.#socket;
    this.#socket = null;
    this.queue = [];
    socket?.cut(code);
  }

  write(
    author: number,
    conversation: ConversationId = groupId,
    clientId?: string,
    text?: string,
    more: Partial<Message> = {},
  ): Message {
    const held = this.of(conversation);
    held.head += 1;
    const written = message(held.head, { author, conversation, ...(clientId ? { clientId } : {}), ...more });
    if (text) written.body = { text };
    const answered = held.messages.find(({ seq }) => seq === written.body.replyTo);
    if (answered) {
      written.thread = answered.thread ?? answered.seq;
      if (answered.author !== author) written.mentions = { ...written.mentions, reply: answered.author };
    }
    held.messages.push(written);
    this.publish({ type: "message.sent", message: written });
    return written;
  }

  /** Deletes a message, if there is one that is not deleted yet. */
  remove(conversation: ConversationId, seq: number): void {
    this.change(conversation, seq, ({ conversation, seq, author, clientId, createdAt, thread, rev }) => ({
      ...{ conversation, seq, rev, author, clientId, createdAt, body: { text: "" } },
      ...(thread === undefined ? {} : { thread }),
      deletedAt: (this.of(conversation).head + 1) * 1000,
    }));
  }

  /** Changes a message that is not deleted, where there is one; the change takes the next number of the same counter. */
  change(conversation: ConversationId, seq: number, as: (message: Message) => Message): void {
    const held = this.of(conversation);
    const at = held.messages.findIndex((one) => one.seq === seq && one.deletedAt === undefined);
    if (at === -1) return;
    const changed = as(held.messages[at]!);
    held.head += 1;
    held.messages[at] = { ...changed, rev: held.head };
    this.publish({ type: "message.changed", message: held.messages[at]! });
  }

  /** The same database as before, set back: everything a client holds is void. */
  restore(epoch: string): void {
    this.epoch = epoch;
    for (const held of this.held.values()) {
      held.messages = held.messages.slice(0, 1);
      held.head = held.messages.length;
      held.lastRead = 0;
    }
  }

  publish(...events: ChatEvent[]): void {
    if (this.#socket) this.queue.push({ live: true, events });
  }

  /** Publishes events, and lets them arrive. */
  tell(...events: ChatEvent[]): void {
    this.publish(...events);
    this.settle();
  }

  /** Does what the client has asked by now; the answers queue up. */
  work(): void {
    for (; this.#socket && this.#done < this.#socket.sent.length; this.#done++) {
      const command = this.#socket.sent[this.#done]!;
      const refusal = this.refuse?.(command);
      const answer = refusal
        ? { type: "error" as const, ref: command.ref, ...refusal }
        : this.#answer(command);
      if (answer) this.queue.push({ live: false, events: [answer] });
    }
  }

  /** Lets the next frame through. */
  release(): void {
    const next = this.queue.shift();
    if (next) this.#socket?.deliver(...next.events);
  }

  /** Works and delivers until nothing is left to do. */
  settle(): void {
    for (this.work(); this.queue.length > 0; this.work()) this.release();
  }

  #answer(command: Command): ChatEvent | null {
    switch (command.type) {
      case "chat.enter":
        return this.#entered(command);
      case "message.send":
        return this.#send(command);
      case "message.delete":
        this.remove(command.conversation, command.seq);
        return { type: "message.deleted", ref: command.ref };
      case "message.edit":
        this.change(command.conversation, command.seq, (message) => ({
          ...message,
          body: { ...message.body, ...command.body },
          editedAt: this.now!(),
        }));
        return { type: "message.edited", ref: command.ref };
      case "message.react":
        this.change(command.conversation, command.seq, ({ reactions = [], ...message }) => {
          const others = reactions.filter(({ emoji }) => emoji !== command.emoji);
          const people = reactions.find(({ emoji }) => emoji === command.emoji)?.people ?? [];
          const now = [...people.filter((id) => id !== alice.id), ...(command.on ? [alice.id] : [])];
          return {
            ...message,
            reactions: now.length > 0 ? [...others, { emoji: command.emoji, people: now }] : others,
          };
        });
        return { type: "message.reacted", ref: command.ref };
      case "message.pin":
        this.change(command.conversation, command.seq, ({ pinned, ...message }) => ({
          ...message,
          ...(command.on ? { pinned: { by: alice.id, at: this.now!() } } : {}),
        }));
        return { type: "message.pinned", ref: command.ref };
      case "message.read":
        return {
          ...{ type: "message.list", ref: command.ref, conversation: command.conversation, more: false },
          messages: this.of(command.conversation).messages.filter(({ seq }) => command.seqs.includes(seq)),
        };
      case "thread.read":
        return {
          ...{ type: "thread.page", ref: command.ref, conversation: command.conversation, more: false },
          seq: command.seq,
          messages: this.of(command.conversation).messages.filter(
            ({ thread, seq }) => (thread ?? seq) === command.seq && seq > (command.after ?? 0),
          ),
        };
      case "pins.read":
        return {
          ...{ type: "pins.page", ref: command.ref, conversation: command.conversation, more: false },
          messages: this.of(command.conversation)
            .messages.filter(({ pinned }) => pinned)
            .reverse(),
        };
      case "conversation.sync":
        return this.#sync(command);
      case "history.read":
        return this.#history(command);
      case "read.mark":
        return this.#mark(command);
      case "read.unmark":
        return this.#unmark(command);
      case "read.markAll":
        for (const [id, { head }] of this.held)
          if (this.unread(id) > 0) this.publish(this.#mark({ conversation: id, seq: head }));
        return null;
      case "readers.read": {
        const { ref, conversation } = command;
        return { type: "readers.listed", ref, conversation, readers: this.readers };
      }
      case "typing.begin":
      case "typing.end":
        return null;
      case "room.create":
      case "room.join":
      case "room.leave":
      case "room.add":
      case "room.remove":
      case "room.change":
      case "room.read":
      case "room.list":
        throw new Error(`Nobody has taught this server ${command.type}.`);
      case "ping":
        return { type: "pong", ref: command.ref, now: this.now!() };
    }
  }

  #entered({ ref }: CommandOf<"chat.enter">): ChatEvent {
    const conversations = [...this.held].map(([id, { head, lastRead, messages }]) => ({
      id,
      head,
      lastRead,
      lastMessageAt: messages.at(-1)?.createdAt ?? null,
      unread: this.unread(id),
      mentions: this.mentions(id),
    }));
    const people = { peopleTag: "tag", people: [alice, bob], online: [alice.id, bob.id] };
    const always = {
      type: "chat.entered",
      ref,
      version: protocolVersion,
      epoch: this.epoch,
      me: alice,
    } as const;
    const rules = { now: this.now!(), messageBytes: 16_384, preferences: defaultPreferences };
    return { ...always, ...rules, ...people, conversations, ...this.also };
  }

  #send({ conversation, clientId, body }: CommandOf<"message.send">): ChatEvent | null {
    const stored = this.of(conversation).messages.find((one) => one.clientId === clientId);
    if (stored) return { type: "message.sent", message: stored };
    this.write(alice.id, conversation, clientId, body.text);
    return null;
  }

  #sync({ ref, conversation, epoch, after }: CommandOf<"conversation.sync">): ChatEvent {
    if (epoch !== this.epoch) return { type: "error", ref, code: "epoch_changed", message: "Start over." };
    const { head, messages } = this.of(conversation);
    const changed = messages.filter(({ rev }) => rev > after).sort((a, b) => a.rev - b.rev);
    const page = changed.slice(0, this.#page);
    const upTo = page.length < changed.length ? page.at(-1)!.rev : head;
    return { type: "conversation.synced", ref, conversation, messages: page, upTo, head };
  }

  #history({ ref, conversation, before, after, at, ...asked }: CommandOf<"history.read">): ChatEvent {
    const { head, messages } = this.of(conversation);
    const first = at === undefined ? asked.around : messages.find(({ createdAt }) => createdAt >= at)?.seq;
    const around = first ?? (at === undefined ? undefined : head + 1);
    const older = messages.filter(({ seq }) => seq < (before ?? around ?? Number.MAX_SAFE_INTEGER));
    const newer = messages.filter(({ seq }) => seq >= (around ?? (after ?? 0) + 1));
    const above = after === undefined ? older.slice(-this.#page) : [];
    const below = (around ?? after) === undefined ? [] : newer.slice(0, this.#page);
    const more = after === undefined ? above.length < older.length : below.length < newer.length;
    const page = {
      type: "history.page" as const,
      ref,
      conversation,
      messages: [...above, ...below],
      more,
      head,
    };
    return around === undefined ? page : { ...page, newer: below.length < newer.length };
  }

  #mark({ conversation, seq }: Pick<CommandOf<"read.mark">, "conversation" | "seq">): ChatEvent {
    const held = this.of(conversation);
    held.lastRead = Math.max(held.lastRead, seq);
    return this.marked(conversation);
  }

  #unmark({ conversation, seq }: CommandOf<"read.unmark">): ChatEvent {
    const held = this.of(conversation);
    held.lastRead = Math.min(held.lastRead, seq - 1);
    return { ...this.marked(conversation), back: true };
  }

  /** What alice's devices hear of how far she has read. */
  marked(conversation: ConversationId): EventOf<"read.marked"> {
    const { lastRead: seq, head } = this.of(conversation);
    const [unread, mentions] = [this.unread(conversation), this.mentions(conversation)];
    return { type: "read.marked", conversation, seq, unread, mentions, head };
  }
}
