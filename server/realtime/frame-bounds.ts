import { TokenBuckets } from "../limits/token-buckets.ts";
import type { System } from "../system.ts";

/** A frame counts once more for each of these many characters: what is large costs more to read. */
const charactersPerToken = 8_192;

interface MessageRate {
  messageBurst: number;
  messagesPerMinute: number;
}

export type FrameBounds = ReturnType<typeof frameBounds>;

/**
 * `messages` says how fast people may send messages now. Bounds what comes in over all sockets of a user, whatever it asks: a good deal more than the messages they may send. Each node
 * has its own, since it is the node that they protect.
 */
export function frameBounds(messages: () => MessageRate, { now }: Pick<System, "now">) {
  const rate = () => {
    const { messageBurst, messagesPerMinute } = messages();
    return { burst: 200 + 2 * messageBurst, perMinute: 1200 + 2 * messagesPerMinute };
  };
  const allowance = new TokenBuckets(rate, now);
  /** How often a user is told that this was too fast, before the socket is closed instead. */
  const patience = new TokenBuckets(() => ({ burst: 100, perMinute: 60 }), now);

  return {
    /** Counts a frame; gives 0, or in how many milliseconds it would not be too fast; null where the user has been told so too often. */
    take(user: number, length: number): number | null {
      const key = String(user);
      const tokens = 1 + Math.floor(length / charactersPerToken);
      const wait = allowance.take(key, tokens);
      return wait > 0 && patience.take(key, tokens) > 0 ? null : wait;
    },

    /** For how many milliseconds the user is to open no other socket, after a flood; 0 where there was none. */
    pause: (user: number): number => patience.wait(String(user)),
  };
}
