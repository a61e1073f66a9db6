import { createHash } from "node:crypto";
import type { Session, Store } from "../db/store.ts";
import type { System } from "../system.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

/** A session ends after a week without use, and after thirty days in any case. */
export const idleMs = 7 * day;
export const absoluteMs = 30 * day;
/** How stale `seenAt` may be: one write in ten minutes instead of one a request. */
const touchMs = 10 * minute;
const deviceMax = 200;

export interface Sessions {
  /** Begins a session; gives the token for the cookie, of which only the hash is kept. */
  start(userId: number, device: string): Promise<string>;
  /** The live session of a token, noting that it was seen; null for any other token. */
  verify(token: string): Promise<Session | null>;
  /** Whether a session that was once verified still lives by the clock; notes that it was seen. */
  stillLives(session: Session): boolean;
  end(session: Session): Promise<void>;
  endAll(userId: number): Promise<void>;
  removeExpired(): Promise<void>;
}

export function sessions(
  store: Store["sessions"],
  system: System,
  report: (error: unknown) => void,
): Sessions {
  const lives = ({ createdAt, seenAt }: Session, now: number) =>
    now - createdAt < absoluteMs && now - seenAt < idleMs;

  function stillLives(session: Session): boolean {
    const now = system.now();
    if (!lives(session, now)) return false;
    if (now - session.seenAt >= touchMs) {
      session.seenAt = now;
      store.touch(session.id, now).catch(report);
    }
    return true;
  }

  return {
    async start(userId, device) {
      const token = Buffer.from(system.random(32)).toString("base64url");
      const createdAt = system.now();
      await store.create({ id: hashOf(token), userId, device: device.slice(0, deviceMax), createdAt });
      return token;
    },
    async verify(token) {
      if (!/^[\w-]{43}$/.test(token)) return null;
      const session = await store.find(hashOf(token));
      return session && stillLives(session) ? session : null;
    },
    stillLives,
    end: (session) => store.remove(session.id),
    endAll: (userId) => store.removeAll(userId),
    removeExpired: () => store.removeExpired(system.now() - idleMs, system.now() - absoluteMs),
  };
}

/** A token is 256 random bits, which need no slow hash. */
const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();
