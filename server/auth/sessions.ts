import type { LiveSettings } from "../accounts/settings.ts";
import type { Stage } from "../protocol/account.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { NewAuditEntry } from "../store/transaction.ts";
import type { User } from "../store/users.ts";
import type { System } from "../system.ts";
import { hashOfToken, isSame, newToken } from "./link-tokens.ts";
import { isProvenWithin } from "./proof-age.ts";
import { asksSecondStep } from "./second-step.ts";
import { surplusOf } from "./surplus-sessions.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

/** A session ends after a week without use, and after thirty days in any case. */
export const idleMs = 7 * day;
export const absoluteMs = 30 * day;
/** How stale the stored time of the last use may be: one write in ten minutes instead of one for every request. */
const touchMs = 10 * minute;
const deviceMax = 200;
/** How long a session may wait for its second factor. */
const halfOpenMs = 30 * minute;
/** How long a proof counts as fresh. */
export const freshMs = 10 * minute;

/** The device and the address of a client. */
export interface ClientInfo {
  device: string;
  address: string;
  /** SHA-256 of the key to which a new session is bound; empty or absent where the client has none. */
  keyHash?: string;
}

export type Sessions = ReturnType<typeof sessions>;

export function sessions(
  store: Store["sessions"],
  settings: Pick<LiveSettings, "asksMoreOf">,
  system: System,
  report: (error: unknown) => void,
) {
  /** When sessions were last used since the start: a socket's copy of its session is as old as the socket. */
  const used = new Map<string, number>();
  const keyOf = ({ id }: Pick<Session, "id">) => id.toString("base64url");
  const seenAt = (session: Session) => Math.max(session.seenAt, used.get(keyOf(session)) ?? 0);

  function lives(session: Session): boolean {
    const now = system.now();
    if (now - session.createdAt >= absoluteMs) return false;
    if (!isProvenWithin(halfOpenMs, session, now) && stageOf(session) === "second factor") return false;
    return now - session.seenAt < idleMs || now - seenAt(session) < idleMs;
  }

  function stageOf(session: Session): Stage {
    const { factors, role, hasCode, hasPasskey } = session;
    // Somebody who has removed every second factor has to set one up again where the chat requires it.
    if (factors === 2 && (hasCode || hasPasskey)) return "open";
    if (asksSecondStep(session)) return "second factor";
    if (!settings.asksMoreOf(role)) return "open";
    return hasPasskey ? "second factor" : "enrolment";
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
      // While the database cannot store it, the time in memory is used.
      if (!(error instanceof Refusal)) report(error);
    });
  }

  async function live(id: Buffer): Promise<Session | null> {
    const session = await store.find(id);
    return session && lives(session) ? session : null;
  }

  async function whose(session: Session, shown: string): Promise<"own" | "foreign" | "bound"> {
    if (session.keyHash !== null) return isSame(shown, session.keyHash) ? "own" : "foreign";
    if (shown === "") return "own";
    if (await store.bind(session.id, shown)) return "bound";
    // Another request, such as of another tab, may have bound the session a moment ago.
    const keyHash = (await store.find(session.id))?.keyHash ?? "";
    return isSame(shown, keyHash) ? "own" : "foreign";
  }

  function prepare({ device, address, keyHash = "" }: ClientInfo, factors: 1 | 2 = 1) {
    const token = newToken(system.random(32));
    const session = { id: hashOfToken(token), device: device.slice(0, deviceMax), address, factors, keyHash };
    return { token, session };
  }

  return {
    /** Makes a token for the cookie, and the row of its session: the token's hash, and where the session began. */
    prepare,
    /** Begins a session; gives the token for the cookie. */
    async start(
      userId: number,
      client: ClientInfo,
      factors: 1 | 2,
      entry?: NewAuditEntry,
    ): Promise<{ id: Buffer; token: string }> {
      const { token, session } = prepare(client, factors);
      await store.create({ ...session, userId, createdAt: system.now() }, entry);
      return { id: session.id, token };
    },
    /** Gives how far the session has got, by what was proven in it and what the chat requires of its user. */
    stageOf,
    /** Whether the session has a fresh proof, of the last ten minutes; `proof.ts` says what a proof is. */
    isFresh: (session: Session): boolean =>
      isProvenWithin(freshMs, session, system.now()) && (session.factors === 2 || !asksSecondStep(session)),
    /**
     * Gives the session another token after a further proof, and ends the former token (OWASP ASVS 5.0, 7.2.4); null when the
     * session has ended meanwhile.
     */
    async renew(
      session: Session,
      factors: 1 | 2,
      entry?: NewAuditEntry,
    ): Promise<{ id: Buffer; token: string } | null> {
      const token = newToken(system.random(32));
      const id = hashOfToken(token);
      const isRenewed = await store.renew(session.id, { id, factors, provenAt: system.now() }, entry);
      if (!isRenewed) return null;
      used.delete(keyOf(session));
      return { id, token };
    },
    /** The live session of a token; null for any other token. */
    find: async (token: string): Promise<Session | null> =>
      /^[\w-]{43}$/.test(token) ? live(hashOfToken(token)) : null,
    /**
     * Whether a client with this key (its SHA-256; empty where it has none) may use the session; the use is then noted. A session
     * from before there were keys is "bound" to the first one. A client with a key may not use a session that is bound to none: its
     * cookie was planted.
     */
    async claim(session: Session, keyHash: string): Promise<"own" | "foreign" | "bound"> {
      const claimed = await whose(session, keyHash);
      if (claimed === "foreign") return claimed;
      session.keyHash ??= keyHash || null;
      use(session);
      return claimed;
    },
    /** Whether a session that was once verified has not expired. */
    lives,
    /** Notes that a session is being used. */
    use,
    async end(session: Pick<Session, "id">, entry?: NewAuditEntry): Promise<void> {
      used.delete(keyOf(session));
      await store.remove(session.id, entry);
    },
    /** Ends a user's surplus sessions, those used longest ago, but never the one that has just begun. */
    async endSurplus(
      {
        id: userId,
        name: userName,
        ...user
      }: Pick<User, "id" | "name" | "role" | "hasCode" | "hasPasskey" | "hasRecovery">,
      begun: Buffer,
    ): Promise<void> {
      const all = (await store.of(userId)).map((device) => ({ ...user, ...device, userId, userName }));
      const surplus = surplusOf(all, begun, (session) => stageOf(session) === "open");
      for (const { id } of surplus) await store.remove(id);
    },
    async removeExpired(): Promise<void> {
      const now = system.now();
      for (const [key, at] of used) if (now - at >= idleMs) used.delete(key);
      await store.removeExpired(now - idleMs, now - absoluteMs);
    },
  };
}
