import { TokenBuckets } from "../limits/token-buckets.ts";
import type { System } from "../system.ts";

/** A frame counts once more for each of these many characters, since a large one costs more to read. */
const charactersPerToken = 8_192;

interface MessageRate {
  messageBurst: number;
  messagesPerMinute: number;
}

export type FrameBounds = ReturnType<typeof frameBounds>;

/**
 * Bounds the frames that come in over all sockets of a user: a good deal more of them than the messages that `messages` lets
 * people send. Every node has bounds of its own, since they protect the node.
 */
export function frameBounds(messages: () => MessageRate, { now }: Pick<System, "now">) {
  const rate = () => {
    const { messageBurst, messagesPerMinute } = messages();
    return { burst: 200 + 2 * messageBurst, perMinute: 1200 + 2 * messagesPerMinute };
  };
  const allowance = new TokenBuckets(rate, now);
  /** How often a user's frames are refused as too fast before the socket is closed instead. */
  const patience = new TokenBuckets(() => ({ burst: 100, perMinute: 60 }), now);

  return {
    /** Counts a frame; gives 0, or in how many milliseconds it would be accepted; null where the user was refused too often. */
    take(user: number, length: number): number | null {
      const key = String(user);
      const tokens = 1 + Math.floor(length / charactersPerToken);
      const wait = allowance.take(key, tokens);
      return wait > 0 && patience.take(key, tokens) > 0 ? null : wait;
    },

    /** For how many milliseconds after a flood the user may open no socket; 0 where there was no flood. */
    pause: (user: number): number => patience.wait(String(user)),
  };
}
