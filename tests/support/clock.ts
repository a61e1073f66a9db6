import { randomBytes } from "node:crypto";
import type { System } from "../../server/system.ts";

/** A system whose time stands still until a test moves it; what was asked to happen later happens then, in order. */
export interface Clock extends System {
  /** Moves time on by `ms`, running what falls due on the way. */
  advance(ms: number): void;
  /** Moves time on in one leap, as a machine does that slept; what fell due on the way happens once, afterwards. */
  leap(ms: number): void;
  /** Is as new: at its first moment, with nothing to happen later. */
  restart(): void;
}

export function clock(start = Date.UTC(2026, 0, 1)): Clock {
  let now = start;
  let waiting: { at: number; run: () => void }[] = [];
  return {
    now: () => now,
    random: (bytes) => randomBytes(bytes),
    after(ms, run) {
      const entry = { at: now + ms, run };
      waiting.push(entry);
      return () => {
        waiting = waiting.filter((other) => other !== entry);
      };
    },
    restart() {
      now = start;
      waiting = [];
    },
    leap(ms) {
      now += ms;
      const due = waiting.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
      waiting = waiting.filter(({ at }) => at > now);
      for (const { run } of due) run();
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = waiting.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        waiting = waiting.filter((other) => other !== next);
        now = next.at;
        next.run();
      }
      now = end;
    },
  };
}
