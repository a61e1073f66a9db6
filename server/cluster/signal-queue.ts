import type { ConversationId } from "../protocol/conversation-id.ts";
import type { Signal } from "./signal.ts";

/** Signals that wait to be sent, joined where they follow on each other. It never holds more than its bounds. */
export interface SignalQueue {
  /** How many signals wait. */
  readonly size: number;
  add(signal: Signal): void;
  /** Takes the oldest out, as at most `most` JSON arrays, each within the size given at the start. */
  take(most: number): SignalList[];
}

export interface SignalList {
  json: string;
  signals: number;
}

interface Grown {
  kind: "grown";
  conversation: ConversationId;
  first: number;
  head: number;
  /** The messages as JSON, one for each number of the range; null where they are left out. */
  bodies: string[] | null;
  bytes: number;
}

type Waiting = Grown | { kind: "presence" | "typing" | "look"; json: string; bytes: number };

const signalsMax = 10_000;
const bytesMax = 4_194_304;
/** What a signal takes besides its bodies: the names and numbers of `grown`, and its share of the list. */
const rimMax = 200;

/** A queue whose lists have at most `room` bytes each. What cannot be made to fit becomes a "look", after which nothing is missing. */
export function signalQueue(room: number): SignalQueue {
  let waiting: Waiting[] = [];
  let bytes = 0;
  /** Whether a "look" waits. */
  let isNudging = false;
  /** The latest of each conversation, which the next may join. */
  const latest = new Map<ConversationId, Grown>();

  function push(signal: Waiting) {
    waiting.push(signal);
    bytes += signal.bytes;
    if (signal.kind === "grown") latest.set(signal.conversation, signal);
  }

  function grow(next: Grown) {
    if (next.bodies !== null && next.bytes > room) {
      next.bodies = null;
      next.bytes = rimMax;
    }
    const last = latest.get(next.conversation);
    const joined = last && last.head + 1 === next.first ? join(last, next, room) : null;
    if (joined === null) return push(next);
    bytes += joined;
  }

  function addNudge() {
    if (!isNudging) push({ kind: "look", json: nudgeJson, bytes: rimMax });
    isNudging = true;
  }

  function emptied(): Waiting[] {
    const all = waiting;
    waiting = [];
    bytes = 0;
    isNudging = false;
    latest.clear();
    return all;
  }

  /** Bodies go first. When that does not help, everything does: whoever looks finds it all. */
  function bound() {
    if (waiting.length <= signalsMax && bytes <= bytesMax) return;
    for (const each of emptied())
      if (each.kind === "grown") grow({ ...each, bodies: null, bytes: rimMax });
      else if (each.kind === "look") addNudge();
      else push(each);
    if (waiting.length <= signalsMax / 2 && bytes <= bytesMax / 2) return;
    emptied();
    addNudge();
  }

  return {
    get size() {
      return waiting.length;
    },
    add(signal) {
      if (signal.kind === "grown") for (const part of partsOf(signal)) grow(part);
      else if (signal.kind === "look") addNudge();
      else {
        const json = JSON.stringify(signal);
        const size = Buffer.byteLength(json) + 2;
        if (size > room) addNudge();
        else push({ kind: signal.kind, json, bytes: size });
      }
      bound();
    },
    take(most) {
      const lists: SignalList[] = [];
      let at = 0;
      while (at < waiting.length && lists.length < most) {
        const parts: string[] = [];
        let size = 2;
        for (; at < waiting.length; at++) {
          const each = waiting[at]!;
          const json = jsonOf(each);
          const more = Buffer.byteLength(json) + (parts.length > 0 ? 1 : 0);
          if (size + more > room && parts.length > 0) break;
          parts.push(json);
          size += more;
          bytes -= each.bytes;
          if (each.kind === "look") isNudging = false;
          if (each.kind === "grown" && latest.get(each.conversation) === each)
            latest.delete(each.conversation);
        }
        lists.push({ json: `[${parts.join(",")}]`, signals: parts.length });
      }
      waiting = waiting.slice(at);
      return lists;
    },
  };
}

const nudgeJson = JSON.stringify({ kind: "look" } satisfies Signal);

/** One part for each message, to be joined as they fit; one for the whole range when the messages are not exactly those of it. */
function partsOf({ conversation, first, head, messages }: Signal & { kind: "grown" }): Grown[] {
  const whole = messages?.length === head - first + 1 && messages.every(({ rev }, at) => rev === first + at);
  if (!whole) return [{ kind: "grown", conversation, first, head, bodies: null, bytes: rimMax }];
  return messages.map((message) => {
    const json = JSON.stringify(message);
    const bytes = rimMax + Buffer.byteLength(json) + 1;
    return { kind: "grown", conversation, first: message.rev, head: message.rev, bodies: [json], bytes };
  });
}

/** Extends the one by the other where both have bodies that fit together, or neither has any. Gives the bytes that adds, or null. */
function join(last: Grown, next: Grown, room: number): number | null {
  if ((last.bodies === null) !== (next.bodies === null)) return null;
  const more = next.bytes - rimMax;
  if (last.bytes + more > room) return null;
  last.head = next.head;
  last.bodies?.push(...(next.bodies ?? []));
  last.bytes += more;
  return more;
}

function jsonOf(signal: Waiting): string {
  if (signal.kind !== "grown") return signal.json;
  const { conversation, first, head, bodies } = signal;
  const messages = bodies === null ? "" : `,"messages":[${bodies.join(",")}]`;
  return `{"kind":"grown","conversation":"${conversation}","first":${first},"head":${head}${messages}}`;
}
