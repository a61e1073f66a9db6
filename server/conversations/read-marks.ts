import type { Broker } from "../broker/broker.ts";
import { userTopic } from "../broker/topics.ts";
import type { ReadMark, Store } from "../db/store.ts";
import type { System } from "../system.ts";

/** How long marks gather before they are stored: two hundred people reading one message are then one transaction. */
const gatherMs = 250;

export interface ReadMarks {
  /** Notes that a user has read up to `seq`; stored and told to all devices of the user shortly after. */
  mark(mark: ReadMark): void;
  /** Stores what has gathered; whoever reads the marks calls it first. */
  flush(): Promise<void>;
}

/**
 * Gathers read marks and stores them together. A crash may forget the last quarter of a second of them, after which
 * something already read counts as unread again; nothing else is lost by it.
 */
export function readMarks(
  conversations: Store["conversations"],
  broker: Broker,
  nameOf: (user: number) => string | null,
  system: System,
  report: (error: unknown) => void,
): ReadMarks {
  let gathered = new Map<string, ReadMark>();
  let cancel: (() => void) | null = null;

  async function flush() {
    cancel?.();
    cancel = null;
    if (gathered.size === 0) return;
    const marks = [...gathered.values()];
    gathered = new Map();
    for (const { userId, conversation, seq, unread } of await conversations.markRead(marks)) {
      const name = nameOf(userId);
      if (name === null) continue;
      broker.publish(userTopic(name), [{ type: "read.marked", conversation, seq, unread }]);
    }
  }

  return {
    mark(mark) {
      const key = `${mark.userId} ${mark.conversation}`;
      if ((gathered.get(key)?.seq ?? -1) < mark.seq) gathered.set(key, mark);
      cancel ??= system.after(gatherMs, () => void flush().catch(report));
    },
    flush,
  };
}
