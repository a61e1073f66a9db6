import { Refusal } from "../refusal.ts";
import type { ReadMark } from "../store/conversations.ts";
import type { Store } from "../store/store.ts";
import type { System } from "../system.ts";

/** How long marks are gathered before they are stored together: two hundred people who read one message cost one transaction. */
const gatherMs = 250;
/** How long marks that could not be stored wait until they are tried again. */
const retryMs = 5_000;

export interface ReadMarks {
  /** Notes that a user has read up to `seq`. Shortly after, it is stored, and all devices of the user hear of it. */
  mark(mark: ReadMark): void;
  /** Moves a mark back, after those that were gathered before; refuses where it cannot be stored now. */
  moveBack(mark: ReadMark): Promise<void>;
  /** Resolves when the gathered marks are stored, or have to wait. Call it before reading marks from the store. */
  flush(): Promise<void>;
}

/**
 * Gathers read marks and stores them together. A crash may lose the marks of the last quarter of a second: those messages
 * count as unread again, and nothing else is lost. While the disk is full, the marks wait in memory.
 */
export function readMarks(
  conversations: Store["conversations"],
  system: System,
  report: (error: unknown) => void,
): ReadMarks {
  let gathered = new Map<string, ReadMark>();
  let cancel: (() => void) | null = null;
  let flushing = Promise.resolve();

  /** Flushes run one after the other, so that whoever waits for a flush also waits for the one under way. */
  const flush = () => {
    cancel?.();
    cancel = null;
    const marks = [...gathered.values()];
    gathered = new Map();
    flushing = flushing.then(() => store(marks));
    return flushing;
  };

  async function store(marks: ReadMark[]) {
    if (marks.length === 0) return;
    try {
      await conversations.markRead(marks);
    } catch (error) {
      if (!(error instanceof Refusal)) return report(error);
      for (const mark of marks) gather(mark, retryMs);
    }
  }

  function gather(mark: ReadMark, ms: number) {
    const key = `${mark.userId} ${mark.conversation}`;
    if ((gathered.get(key)?.seq ?? -1) < mark.seq) gathered.set(key, mark);
    cancel ??= system.after(ms, flush);
  }

  return {
    mark: (mark) => gather(mark, gatherMs),
    flush,
    async moveBack(mark) {
      const moved = flush().then(() => conversations.markRead([{ ...mark, back: true }]));
      flushing = moved.then(
        () => {},
        () => {},
      );
      await moved;
    },
  };
}
