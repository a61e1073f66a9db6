import { createHash } from "node:crypto";
import type { Session, Store } from "../db/store.ts";
import { Refusal } from "../refusal.ts";
import type { System } from "../system.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

/** A session ends after a week without use, and after thirty days in any case. */
export const idleMs = 7 * day;
export const absoluteMs = 30 * day;
/** How stale the time of the last use may be: one write in ten minutes instead of one a request. */
const touchMs = 10 * minute;
const deviceMax = 200;

export interface Sessions {
  /** A token for the cookie, and what is kept of a session that it opens: the hash of it, and the device. */
  prepare(device: string): { token: string; session: { id: Buffer; device: string } };
  /** Begins a session; gives the token for the cookie. */
  start(userId: number, device: string): Promise<{ id: Buffer; token: string }>;
  /** The live session of a token, whose use is noted; null for any other token. */
  verify(token: string): Promise<Session | null>;
  /** Whether a session that was once verified still lives by the clock. */
  lives(session: Session): boolean;
  /** Notes that a session is being used, whoever else holds it. */
  use(session: Session): void;
  end(session: Pick<Session, "id">): Promise<void>;
  removeExpired(): Promise<void>;
}

export function sessions(
  store: Store["sessions"],
  system: System,
  report: (error: unknown) => void,
): Sessions {
  /** When sessions were used since the start: what a socket holds of its own session is as old as the socket. */
  const used = new Map<string, number>();
  const keyOf = ({ id }: Pick<Session, "id">) => id.toString("base64url");
  const seenAt = (session: Session) => Math.max(session.seenAt, used.get(keyOf(session)) ?? 0);

  function lives(session: Session): boolean {
    const now = system.now();
    if (now - session.createdAt >= absoluteMs) return false;
    return now - session.seenAt < idleMs || now - seenAt(session) < idleMs;
  }

  function use(session: Session): void {
    const now = system.now();
    if (now - session.seenAt < touchMs) return;
    const last = seenAt(session);
    const isRecent = now - last < touchMs;
    session.seenAt = isRecent ? last : now;
    if (isRecent) return;
    used.set(keyOf(session), now);
    store.touch(session.id, now).catch((error) => {
      // Where the database cannot take it, what is kept here has to do.
      if (!(error instanceof Refusal)) report(error);
    });
  }

  function prepare(device: string) {
    const token = Buffer.from(system.random(32)).toString("base64url");
    return { token, session: { id: hashOf(token), device: device.slice(0, deviceMax) } };
  }

  return {
    prepare,
    async start(userId, device) {
      const { token, session } = prepare(device);
      await store.create({ ...session, userId, createdAt: system.now() });
      return { id: session.id, token };
    },
    async verify(token) {
      if (!/^[\w-]{43}$/.test(token)) return null;
      const session = await store.find(hashOf(token));
      if (!session || !lives(session)) return null;
      use(session);
      return session;
    },
    lives,
    use,
    async end(session) {
      used.delete(keyOf(session));
      await store.remove(session.id);
    },
    async removeExpired() {
      const now = system.now();
      for (const [key, at] of used) if (now - at >= idleMs) used.delete(key);
      await store.removeExpired(now - idleMs, now - absoluteMs);
    },
  };
}

/** A token is 256 random bits, which need no slow hash. */
const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();
