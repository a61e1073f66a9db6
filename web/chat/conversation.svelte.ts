import { SvelteSet } from "svelte/reactivity";
import type { ConversationId } from "../../server/protocol/conversation-id.ts";
import type { Conversation as Entered, EventOf, Message } from "../../server/protocol/events.ts";
import { limits } from "../../server/protocol/limits.ts";
import type { ShownRoom } from "../../server/protocol/rooms.ts";
import type { Ask } from "./connection.svelte.ts";
import { merged, Pages } from "./pages.svelte.ts";
import { Quoted } from "./quoted.svelte.ts";
import { Readers } from "./readers.svelte.ts";
import { isForReading, Reading } from "./reading.svelte.ts";
import { Thread } from "./thread.svelte.ts";
import { Typing } from "./typing.svelte.ts";

/** What a conversation needs from the chat it belongs to. */
export interface ConversationDeps {
  me: number;
  /** The incarnation of the server's history that everything held belongs to. */
  epoch(): string;
  /** Sends a command and gives its ref, or null when there is no connection. */
  ask(command: Ask, refused?: (refusal: EventOf<"error">) => void): string | null;
  /** Sends a command of which it does not matter whether it arrives. */
  tell(command: Ask): void;
  /** How many people there are in a conversation. */
  sizeOf(id: ConversationId): number;
  /** Whether this person shows how far they have read, and so sees it of others. */
  showsRead(): boolean;
  after(ms: number, run: () => void): () => void;
  /** The server has this message of ours. */
  settled(clientId: string): void;
  /** The server's history turned out to be another one. */
  startOver(): void;
}

export type Latest = NonNullable<Entered["latest"]>;

/**
 * When more than this was missed, the latest page is loaded instead of everything that was missed. One that is not open then costs
 * no request until it is opened, and one request otherwise.
 */
const catchUpMax = 5_000;
const catchUpClosedMax = limits.syncPage;
/** How many messages stay in memory of a conversation that was left, or that is read at its end. */
const keptWhenLeft = 200;
const keptWhenWatched = 2_000;
const retryIn = 2_000;
/** For how long a message that was jumped to stands out. */
const jumpedMs = 4_000;

type Way = "older" | "newer";
type HistoryPage = EventOf<"history.page">;

/** A place in a conversation: a message, or a moment. */
type Sought = { around: number } | { at: number };

/** A page that replaces all that is held. */
interface Loading {
  ref: string | null;
  /** The message at which the unread part begins, or null for the latest page; or what somebody has jumped to. */
  from: number | null | Sought;
  /** The page that was loaded already and had nothing new in it. */
  before: HistoryPage | null;
}

/**
 * One conversation, of which a piece is held in memory. Every message of that piece is at least as new as the cursor. Changes
 * after the cursor are asked for, never guessed.
 */
export class Conversation {
  readonly id: ConversationId;
  readonly pages = new Pages();
  readonly reading: Reading;
  readonly typing: Typing;
  readonly readers = new Readers();
  /** The places of messages that are about to be deleted. */
  readonly going = new SvelteSet<number>();
  readonly #deps: ConversationDeps;
  /** Whether the person leaves it, and can still take that back. */
  isLeft = $state(false);
  #lastMessageAt = $state<number | null>(null);
  #room = $state.raw<ShownRoom | null>(null);
  #latest = $state.raw<Latest | null>(null);
  /** Pages that are wanted before or after what is held; without a `ref` while there is no connection. */
  #extending = $state.raw<Partial<Record<Way, { ref: string | null }>>>({});
  #loading = $state.raw<Loading | null>(null);
  /** Whether to show the newest messages as soon as they are loaded. */
  #endWanted = $state(false);
  /** What somebody wants to see that is not held, until it is. */
  #sought: Sought | null = null;
  #jumped = $state.raw<{ seq: number; isThere: boolean } | null>(null);
  #syncing: string | null = null;
  #opened = false;
  #cursor = 0;
  /** The latest change heard of; when it is above the cursor, there is a hole. */
  #heard = 0;
  /** The message above which the new part begins; null where that is not known to be held. */
  readonly firstNew: number | null;
  /** Messages that others answer and that are not held. */
  readonly quoted: Quoted;
  #thread = $state.raw<Thread | null>(null);

  constructor(id: ConversationId, deps: ConversationDeps) {
    this.id = id;
    this.#deps = deps;
    this.reading = new Reading({
      me: deps.me,
      mark: (seq) => deps.ask({ type: "read.mark", conversation: id, seq }) !== null,
      unmark: (seq) => deps.ask({ type: "read.unmark", conversation: id, seq }) !== null,
      means: (message) => this.#means(message),
      after: deps.after,
    });
    this.typing = new Typing({
      me: deps.me,
      tell(isTyping) {
        if (deps.sizeOf(id) <= limits.typingPeopleMax)
          deps.tell({ type: isTyping ? "typing.begin" : "typing.end", conversation: id });
      },
      after: deps.after,
    });
    this.quoted = new Quoted({
      ask: (seqs, refused) => deps.ask({ type: "message.read", conversation: id, seqs }, refused),
    });
    this.firstNew = $derived(this.#findFirstNew());
  }

  /** The thread that is read beside the log. */
  get thread(): Thread | null {
    return this.#thread;
  }

  openThread(seq: number): void {
    const ask = (seq: number, before: number | undefined, refused: () => void) =>
      this.#deps.ask({ type: "thread.read", conversation: this.id, seq, before }, refused);
    this.#thread = new Thread(seq, { ask });
  }

  closeThread(): void {
    this.#thread = null;
  }

  /** The message of this place, as far as it is known; null for what one does not see. */
  messageAt(seq: number): Message | null | undefined {
    return this.pages.at(seq) ?? this.quoted.of(seq);
  }

  get lastMessageAt(): number | null {
    return this.#lastMessageAt;
  }

  /** What was said last, for a list; null where nothing was. */
  get latest(): Latest | null {
    return this.#latest;
  }

  /** What it is as a room; null for what is none. */
  get room(): ShownRoom | null {
    return this.#room;
  }

  /** The room has become another, or has other people. */
  become(room: ShownRoom): void {
    this.#room = room;
  }

  /** Every change up to this one is known. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Whether a page is on its way. */
  get busy(): boolean {
    return (
      this.#loading !== null || this.#extending.older !== undefined || this.#extending.newer !== undefined
    );
  }

  get endWanted(): boolean {
    return this.#endWanted;
  }

  /** Takes over what the server says on entering, and asks for what was missed and what is still wanted. */
  enter(at: Omit<Entered, "id">): void {
    this.#loading = this.#syncing = null;
    this.#heard = Math.max(this.#heard, at.head);
    this.#lastMessageAt = at.lastMessageAt;
    this.#room = at.room ?? null;
    this.#latest = at.latest ?? null;
    const newer = this.pages.messages.filter(({ rev }) => rev > at.head);
    this.reading.enter(at, newer);
    if (this.#heard - this.#cursor > (this.#opened ? catchUpMax : catchUpClosedMax)) {
      this.#letGo();
      if (this.#opened) this.reading.open();
    }
    if (!this.pages.loaded) this.#cursor = this.#heard;
    const wanted = this.#extending;
    this.#extending = {};
    if (wanted.older) this.readOlder();
    if (wanted.newer) this.readNewer();
    this.#begin();
    this.#catchUp();
    this.askReaders();
    this.quoted.resume();
    this.#thread?.resume();
  }

  /** The conversation is opened: it is held from the first unread message on, or at its end. */
  open(): void {
    this.#opened = true;
    this.reading.open();
    const { divider } = this.reading;
    if (divider !== null && !this.pages.reachesBackTo(divider + 1)) this.#letGo();
    this.pages.beginAt(this.firstNew);
    this.#begin();
    this.askReaders();
  }

  /** Asks how far the others have read, where that is shown. */
  askReaders(): void {
    if (!this.#deps.showsRead()) this.readers.listed([]);
    else if (this.#opened && this.#deps.sizeOf(this.id) <= limits.readersMax)
      this.#deps.ask({ type: "readers.read", conversation: this.id });
  }

  leave(): void {
    this.#opened = this.#endWanted = false;
    this.#sought = this.#jumped = null;
    this.quoted.clear();
    this.closeThread();
    this.reading.leave();
    this.typing.end();
    if (this.pages.newer) this.#letGo();
    this.#extending = {};
    this.pages.keep(keptWhenLeft);
  }

  /** Asks for the page before the oldest message held; does nothing when there is none or it is on its way. */
  readOlder(): void {
    const before = this.pages.messages[0]?.seq;
    if (before && this.pages.more) this.#extend("older", { before });
  }

  /** Asks for the page after the newest message held; does nothing when there is none or it is on its way. */
  readNewer(): void {
    const after = this.pages.messages.at(-1)?.seq;
    if (after && this.pages.newer) this.#extend("newer", { after });
  }

  /** Begins anew at the newest message, as soon as it is held. */
  toEnd(): void {
    this.#sought = null;
    this.#endWanted = !this.pages.loaded || this.pages.newer;
    this.#loading = null;
    this.#begin();
    if (!this.#loading) this.pages.beginAt(null);
  }

  /** The message that somebody has jumped to, for a while; `isThere` is false where there is none that they see. */
  get jumped(): { seq: number; isThere: boolean } | null {
    return this.#jumped;
  }

  /** Shows a message in its place, as soon as it is held. */
  jumpTo(seq: number): void {
    this.#endWanted = false;
    if (this.pages.at(seq)) {
      this.pages.beginAt(seq);
      this.#arrive(seq);
      return;
    }
    this.#sought = { around: seq };
    this.#loading = null;
    this.#begin();
  }

  /** Shows the first message that was written at a moment or after it, in UTC milliseconds. */
  jumpToTime(at: number): void {
    this.#endWanted = false;
    this.#sought = { at };
    this.#loading = null;
    this.#begin();
  }

  #arrive(seq: number): void {
    const jumped = { seq, isThere: this.pages.at(seq) !== undefined };
    this.#jumped = jumped;
    this.#deps.after(jumpedMs, () => {
      if (this.#jumped === jumped) this.#jumped = null;
    });
  }

  /** A live message, new or changed. The next change is applied; after a hole, what is missing is asked for. */
  receive(message: Message): void {
    this.#heard = Math.max(this.#heard, message.rev);
    if (message.rev === message.seq) this.typing.ended(message.author);
    if (message.rev === this.#cursor + 1) {
      this.#cursor = message.rev;
      this.#take([message]);
    }
    this.#settle([message]);
    this.#catchUp();
  }

  /** A page of what was missed. A page that makes no progress shows that there is no hole. */
  synced({ ref, messages, upTo, head }: EventOf<"conversation.synced">): void {
    if (ref !== this.#syncing) return;
    this.#syncing = null;
    const further = upTo > this.#cursor;
    this.#cursor = Math.max(this.#cursor, upTo);
    this.#heard = further ? Math.max(this.#heard, head) : this.#cursor;
    this.#take(messages);
    this.#settle(messages);
    this.#catchUp();
  }

  /** A page that was asked for. Any other would not adjoin what is held, and is ignored. */
  page(page: HistoryPage): void {
    const { ref } = page;
    if (ref === this.#loading?.ref) this.#loaded(page, this.#loading);
    else if (ref === this.#extending.older?.ref) {
      this.#extending = { ...this.#extending, older: undefined };
      this.pages.prepend(page);
      this.#takePage(page);
    } else if (ref === this.#extending.newer?.ref) {
      this.#extending = { ...this.#extending, newer: undefined };
      this.pages.append(page);
      this.#takePage(page);
    }
  }

  /** Begins with the page. Where unread messages are looked for, loads more until one is found that was not deleted. */
  #loaded(page: HistoryPage, { from, before }: Loading): void {
    const whole = before ? joined(before, page) : page;
    if (typeof from === "object" && from !== null) {
      this.#sought = null;
      const seq =
        "around" in from ? from.around : whole.messages.find(({ createdAt }) => createdAt >= from.at)?.seq;
      this.#beginWith(whole, seq ?? null);
      if (seq !== undefined) this.#arrive(seq);
      return;
    }
    const first =
      from === null ? undefined : whole.messages.find((one) => one.seq >= from && this.#isNew(one));
    if (from !== null && !first && whole.newer) {
      this.#load(from, whole);
      return;
    }
    this.#beginWith(whole, first?.seq ?? null);
  }

  #beginWith(page: HistoryPage, seq: number | null): void {
    this.#loading = null;
    this.#endWanted = false;
    this.#extending = {};
    this.pages.begin(page, seq);
    this.#takePage(page);
  }

  /**
   * A page shows the conversation at its `head`. Changes are asked for from the lower one of that and our cursor on, so that
   * none in between is missed.
   */
  #takePage({ messages, head }: HistoryPage): void {
    this.#heard = Math.max(this.#heard, this.#cursor, head);
    this.#cursor = Math.min(this.#cursor, head);
    this.#take(messages);
    this.#settle(messages);
    this.#catchUp();
  }

  #take(messages: readonly Message[]): void {
    for (const message of messages) {
      this.reading.count(message, this.pages.at(message.seq));
      this.#lastMessageAt = Math.max(this.#lastMessageAt ?? 0, message.createdAt);
    }
    this.pages.merge(messages);
    this.quoted.update(messages);
    this.#thread?.receive(messages);
    if (!this.pages.newer) this.reading.show(this.pages.messages.at(-1));
    if (this.reading.watched && this.pages.messages.length > 2 * keptWhenWatched) this.#shorten();
  }

  #settle(messages: readonly Message[]): void {
    for (const message of messages)
      if (message.seq >= (this.#latest?.seq ?? 0)) this.#latest = latestOf(message);
    for (const { author, clientId } of messages) if (author === this.#deps.me) this.#deps.settled(clientId);
  }

  /** Asks for the page to begin with, where one is needed and none is on its way. */
  #begin(): void {
    const isNeeded = !this.pages.loaded || this.#endWanted || this.#sought !== null;
    if (!this.#opened || this.#loading || !isNeeded) return;
    const { divider } = this.reading;
    this.#load(this.#sought ?? (this.#endWanted || divider === null ? null : divider + 1), null);
  }

  #load(from: Loading["from"], before: HistoryPage | null): void {
    const limit = 2 * limits.historyPage;
    const where = before
      ? { after: before.messages.at(-1)!.seq, limit: limits.historyPageMax }
      : from === null
        ? {}
        : typeof from === "number"
          ? { around: from, limit }
          : { ...from, limit };
    const ref = this.#read(where, () => {
      if (this.#loading?.ref !== ref) return;
      this.#loading = null;
      this.#begin();
    });
    this.#loading = ref === null ? null : { ref, from, before };
  }

  #extend(way: Way, where: { before: number } | { after: number }): void {
    if (this.#extending[way]) return;
    const wanted = { ref: null as string | null };
    this.#extending = { ...this.#extending, [way]: wanted };
    wanted.ref = this.#read(where, () => {
      if (this.#extending[way] !== wanted) return;
      this.#extending = { ...this.#extending, [way]: undefined };
      if (way === "older") this.readOlder();
      else this.readNewer();
    });
  }

  /** Asks for a page; a while after a refusal it may be asked for `again`. */
  #read(where: object, again: () => void): string | null {
    return this.#deps.ask({ type: "history.read", conversation: this.id, ...where }, () => {
      this.#deps.after(retryIn, again);
    });
  }

  #findFirstNew(): number | null {
    const { divider } = this.reading;
    if (divider === null || !this.pages.reachesBackTo(divider + 1)) return null;
    return this.pages.messages.find((one) => one.seq > divider && this.#isNew(one))?.seq ?? null;
  }

  #isNew(message: Message): boolean {
    return isForReading(message, this.#deps.me);
  }

  /** Whether a message names this person, calls everybody, or answers them. */
  #means({ mentions: { everyone, here, people, reply } = {} }: Message): boolean {
    const { me } = this.#deps;
    return everyone === true || here === true || people?.includes(me) === true || reply === me;
  }

  #catchUp(): void {
    if (this.#syncing || this.#heard <= this.#cursor) return;
    const command = {
      type: "conversation.sync",
      conversation: this.id,
      epoch: this.#deps.epoch(),
      after: this.#cursor,
    } as const;
    this.#syncing = this.#deps.ask(command, ({ code, retryAfter }) => {
      this.#syncing = null;
      if (code === "epoch_changed") this.#deps.startOver();
      else this.#deps.after(retryAfter ?? retryIn, () => this.#catchUp());
    });
  }

  #letGo(): void {
    this.pages.clear();
    this.#loading = null;
    this.#extending = {};
  }

  /** An older page that is still on its way would not adjoin what stays, so it is not waited for. */
  #shorten(): void {
    if (this.pages.keep(keptWhenWatched)) this.#extending = { ...this.#extending, older: undefined };
  }
}

/** Two pages, the second of which was read after the first, as one. */
const joined = (first: HistoryPage, second: HistoryPage): HistoryPage => ({
  ...second,
  messages: merged(first.messages, second.messages),
  more: first.more,
  newer: second.more,
  head: Math.min(first.head, second.head),
});

function latestOf({ seq, author, body, createdAt, deletedAt }: Message): Latest {
  const { text, line } = body;
  return { seq, author, text, at: createdAt, ...(line && { line }), ...(deletedAt && { deleted: true }) };
}
