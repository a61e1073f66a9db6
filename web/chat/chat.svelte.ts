import {
  type ConversationId,
  directId,
  groupId,
  isRoomId,
  peerOf,
  type RoomId,
} from "../../server/protocol/conversation-id.ts";
import type { ChatEvent, EventOf } from "../../server/protocol/events.ts";
import { limits, protocolVersion } from "../../server/protocol/limits.ts";
import type { Role } from "../../server/protocol/roles.ts";
import type { ShownRoom } from "../../server/protocol/rooms.ts";
import { alertWords } from "../app/alert-words.ts";
import { Drafts } from "../app/drafts.svelte.ts";
import { followClosing } from "../app/endings.ts";
import { UnsentStore } from "../app/unsent.ts";
import type { Link } from "../transport/socket.ts";
import type { ChatDeps, Me } from "./chat-deps.ts";
import { Connection } from "./connection.svelte.ts";
import type { Conversation } from "./conversation.svelte.ts";
import { Conversations } from "./conversations.svelte.ts";
import { EmojiChoices } from "./emoji/emoji-choices.svelte.ts";
import { namesInShort } from "./list-words.ts";
import { Myself } from "./myself.svelte.ts";
import { Outbox } from "./outbox.svelte.ts";
import { People } from "./people.svelte.ts";
import { Reacting } from "./reacting.svelte.ts";
import { Rooms } from "./rooms/rooms.svelte.ts";
import { SystemLines } from "./system-lines.svelte.ts";
import { Undoing } from "./undoing.svelte.ts";

const retryIn = 2_000;
/** For how long an answer over the socket may have been under way. */
const underWay = 2_000;

/** Everything that one signed-in person sees and does. */
export class Chat {
  readonly me: Me;
  readonly people = new People();
  readonly systemLines: SystemLines;
  readonly conversations: Conversations;
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  readonly connection: Connection;
  readonly emoji: EmojiChoices;
  readonly reacting: Reacting;
  readonly myself: Myself;
  readonly rooms: Rooms;
  readonly undoing: Undoing;
  /** UTC milliseconds. */
  readonly now: () => number;
  readonly #deps: ChatDeps;
  #entered = $state(false);
  #current = $state.raw<Conversation | null>(null);
  #messageBytes = $state<number>(limits.messageMaxBytes);
  #epoch = "";

  constructor(me: Me, deps: ChatDeps) {
    this.me = me;
    this.people.register(me);
    this.#deps = deps;
    this.connection = new Connection(deps, {
      changed: (link) => this.#linked(link),
      event: (event) => this.apply(event),
    });
    const { system, clock, storage, tabs } = deps;
    const ask = this.connection.ask.bind(this.connection);
    this.emoji = new EmojiChoices(storage, me);
    this.reacting = new Reacting({ me: me.id, request: (command) => this.connection.request(command) });
    this.now = clock.now;
    this.myself = new Myself(system, clock, { mayWrite: () => this.outbox.again() });
    this.outbox = new Outbox({ store: new UnsentStore(storage, me), tabs, system, clock, ask });
    this.drafts = new Drafts(deps.tabStorage, storage, me);
    this.conversations = new Conversations({
      me: me.id,
      epoch: () => this.#epoch,
      ask,
      tell: (command) => this.connection.tell(command),
      sizeOf: (id) =>
        id === groupId ? this.people.everyone.length : (this.conversations.held(id)?.room?.members ?? 2),
      showsRead: () => this.myself.preferences?.showRead ?? false,
      after: system.after,
      settled: (clientId) => this.outbox.settle(clientId),
      startOver: () => this.#askToEnter(),
    });
    this.undoing = new Undoing(system.after);
    this.rooms = new Rooms({
      me: me.id,
      request: this.connection.request.bind(this.connection),
      newId: system.newId,
      maySeeTo: () => this.people.may(me.id, "room.manage"),
    });
    const cursor = () => this.conversations.of(groupId).cursor;
    this.systemLines = new SystemLines({ me, people: this.people, now: clock.now, cursor });
  }

  /** Whether the first answer has come, so that people and conversations are known. */
  get entered(): boolean {
    return this.#entered;
  }

  /** The conversation that is open. */
  get current(): Conversation | null {
    return this.#current;
  }

  /** The other person of a conversation; null for the group and for what is no conversation of ours. */
  peer(id: string): number | null {
    return peerOf(id, this.me.id);
  }

  /** Whether this person has, or could begin, a conversation of that name. */
  has(id: string): id is ConversationId {
    if (isRoomId(id)) return this.conversations.held(id) !== undefined;
    const peer = this.peer(id);
    return id === groupId || (peer !== null && this.people.knows(peer));
  }

  /** What a conversation is as a room; null for what is none. */
  roomOf(id: string): ShownRoom | null {
    return this.conversations.held(id as ConversationId)?.room ?? null;
  }

  /** Why nobody can be written to in a conversation, or not by this person; null where they may. */
  barrier(id: string): "locked" | "deleted" | "archived" | "read only" | null {
    const room = this.roomOf(id);
    if (room?.archivedAt !== undefined) return "archived";
    if (room) return room.writers === "owners" && !this.rooms.looksAfter(room) ? "read only" : null;
    const peer = this.peer(id);
    if (peer === null || this.people.reachable(peer)) return null;
    if (this.people.isBarred(peer)) return "locked";
    return this.#entered ? "deleted" : null;
  }

  mayWriteIn(id: string): boolean {
    return this.barrier(id) === null && this.myself.muting.until === null;
  }

  /** Who only reads in a room may still react there. */
  mayReactIn(id: string): boolean {
    const barrier = this.barrier(id);
    return (barrier === null || barrier === "read only") && this.myself.muting.until === null;
  }

  titleOf(id: string): string {
    const room = this.roomOf(id);
    if (room) return room.name ?? this.#namesOf(room.people ?? []);
    const peer = this.peer(id);
    return peer === null ? "Group Chat" : this.people.nameOf(peer);
  }

  #namesOf(people: readonly number[]): string {
    const others = people.filter((id) => id !== this.me.id).map((id) => this.people.nameOf(id));
    return namesInShort(others);
  }

  directWith(person: number): ConversationId {
    return directId(this.me.id, person);
  }

  /** Opens a conversation, or none, and leaves the one that was open. */
  open(id: ConversationId | null): void {
    if (this.#current?.id === id) return;
    this.#current?.leave();
    this.#current = id && this.conversations.of(id);
    this.#current?.open();
  }

  /** Leaves a room in a while, unless the person takes it back; until then it stands in no list. */
  leaveRoom(id: RoomId): void {
    const left = this.conversations.held(id);
    if (!left) return;
    left.isLeft = true;
    this.undoing.begin({
      text: `You left ${this.titleOf(id)}`,
      act: () => {
        const stays = () => {
          left.isLeft = false;
        };
        if (this.connection.ask({ type: "room.leave", conversation: id }, stays) === null) stays();
      },
      undo: () => {
        left.isLeft = false;
      },
    });
  }

  /** Deletes a message in a while, unless the person takes it back; it is shown until it is deleted. */
  deleteMessage(id: ConversationId, seq: number, failed: (why: string) => void): void {
    const { going } = this.conversations.of(id);
    const stays = () => going.delete(seq);
    going.add(seq);
    this.undoing.begin({
      text: "Deleting your message…",
      act: () =>
        void this.connection
          .request({ type: "message.delete", conversation: id, seq })
          .catch((refused: Error) => failed(`Your message was not deleted. ${refused.message}`))
          .finally(stays),
      undo: stays,
    });
  }

  /** Nothing from this message on counts as read any more, on any device. */
  markUnread(conversation: ConversationId, seq: number): void {
    this.conversations.of(conversation).reading.unmark(seq);
  }

  /** Everything counts as read, in all conversations. */
  markAllRead(): void {
    this.connection.ask({ type: "read.markAll" });
  }

  /** The role of this person. */
  get role(): Role {
    return this.people.roleOf(this.me.id);
  }

  /** How many reports wait for those who may settle them. */
  get openReports(): number {
    return this.myself.openReports;
  }

  /** The size of the longest message, in bytes of UTF-8, as far as it is known. */
  get messageBytes(): number {
    return this.#messageBytes;
  }

  /** Ends for good: nothing is sent or received any more. */
  close(): void {
    this.undoing.finish();
    this.connection.close();
    this.myself.leave();
  }

  /** Applies an event of the server. Nothing else changes what is shown of it. */
  apply(event: ChatEvent): void {
    switch (event.type) {
      case "chat.entered":
        this.#enter(event);
        break;
      case "message.sent":
      case "message.changed":
        this.conversations.about(event.message.conversation)?.receive(event.message);
        break;
      case "conversation.synced":
        this.conversations.about(event.conversation)?.synced(event);
        break;
      case "history.page":
        this.conversations.about(event.conversation)?.page(event);
        break;
      case "message.list":
        this.conversations.of(event.conversation).quoted.take(event);
        break;
      case "thread.page":
        this.conversations.of(event.conversation).thread?.take(event);
        break;
      case "read.marked":
        this.conversations.about(event.conversation)?.reading.marked(event);
        break;
      case "conversation.joined":
      case "room.created":
        if (!this.conversations.held(event.conversation.id)) this.conversations.join(event.conversation);
        break;
      case "conversation.left":
        this.conversations.leave(event.id);
        this.#closeGone();
        break;
      case "room.changed":
        this.conversations.held(event.id)?.become(event.room);
        break;
      case "typing.began":
        this.conversations.held(event.conversation)?.typing.began(event.person);
        break;
      case "typing.ended":
        this.conversations.held(event.conversation)?.typing.ended(event.person);
        break;
      case "read.seen":
        this.conversations.held(event.conversation)?.readers.saw(event.person, event.seq);
        break;
      case "readers.listed":
        this.conversations.held(event.conversation)?.readers.listed(event.readers);
        break;
      case "presence.changed":
        this.people.change(event.online, event.offline);
        this.systemLines.presence(event);
        break;
      case "person.registered":
      case "person.changed":
        this.people.register(event.person);
        break;
      case "person.deleted":
        this.people.forget(event.id);
        break;
      case "me.muted":
      case "account.notified":
      case "alerts.changed":
      case "preferences.changed":
      case "report.added":
        this.myself.hear(event);
        if (event.type === "preferences.changed") this.#current?.askReaders();
        break;
      case "settings.changed":
        this.#messageBytes = event.messageBytes;
        this.#deps.settings(event);
        break;
      case "pong":
        this.#heardTime(event.now);
        break;
      case "error":
        this.connection.refuse(event);
    }
  }

  #linked(link: Link): void {
    if (link.kind === "open") this.#askToEnter();
    else this.outbox.pause();
    if (link.kind === "waiting" && !link.opened) this.#deps.doubted();
    if (link.kind === "closed") followClosing(link.code, this.#deps, this.connection, this.#alarm());
  }

  /** Why the session ended, where the password was just reset by a link. */
  #alarm(): string | null {
    const latest = this.myself.alerts.at(-1);
    return latest?.what === "reset link used" ? alertWords(latest, this.people) : null;
  }

  #askToEnter(): void {
    this.connection.ask({ type: "chat.enter", people: this.people.tag ?? undefined }, ({ retryAfter }) =>
      this.#deps.system.after(retryAfter ?? retryIn, () => this.#askToEnter()),
    );
  }

  #heardTime(now: number): void {
    this.#deps.clock.heard(now, now + underWay);
    this.myself.muting.look();
  }

  #enter(event: EventOf<"chat.entered">): void {
    const { version, me } = event;
    if (version !== protocolVersion) this.#deps.outdated();
    else if (me.id !== this.me.id || me.name !== this.me.name) this.#deps.doubted();
    else this.#resume(event);
  }

  #resume(event: EventOf<"chat.entered">): void {
    if (this.#epoch && this.#epoch !== event.epoch) this.#startOver();
    this.#epoch = event.epoch;
    this.#messageBytes = event.messageBytes;
    this.#heardTime(event.now);
    this.people.enter(event.people, event.peopleTag, event.online);
    this.myself.enter(event);
    this.conversations.enter(event.conversations);
    this.#closeGone();
    if (!this.#entered) this.systemLines.welcome();
    this.#entered = true;
    this.connection.welcome();
    this.outbox.resume();
  }

  /** Closes a conversation that one is in no more. */
  #closeGone(): void {
    if (this.#current && !this.conversations.held(this.#current.id)) this.open(null);
  }

  /** The server has another epoch: everything held is void, except unsent messages. */
  #startOver(): void {
    const id = this.#current?.id ?? null;
    this.open(null);
    this.conversations.clear();
    this.systemLines.clear();
    this.open(id);
  }
}
