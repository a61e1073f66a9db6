import type { Accounts } from "../accounts/accounts.ts";
import type { News } from "../accounts/news.ts";
import type { LiveSettings } from "../accounts/settings.ts";
import type { KnownDevices } from "../auth/known-devices.ts";
import type { ClientInfo, Sessions } from "../auth/sessions.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import type { SessionInfo } from "../protocol/account.ts";
import { Refusal, type Refused } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { User } from "../store/users.ts";
import { deviceCookie, sessionCookie } from "./cookies.ts";
import { addressOf, type RouteContext } from "./env.ts";
import { keyHashOf } from "./session-key.ts";

export interface LoginDeps {
  accounts: Pick<Accounts, "stillProven">;
  sessions: Sessions;
  factors: Pick<Store["factors"], "recoveryCodes">;
  devices: KnownDevices;
  settings: LiveSettings;
  news: News;
  auditEntry: MakeAuditEntry;
  /** Is told of sessions that come without their key. */
  refused(refusal: Refused): void;
  /** What people can sign in with besides passwords and passkeys. */
  providers: readonly SessionInfo["providers"][number][];
}

/** What a browser says of itself and where it comes from. */
export const clientOf = (c: RouteContext): ClientInfo => ({
  device: c.req.header("user-agent") ?? "",
  address: addressOf(c),
  keyHash: keyHashOf(c),
});

export type Login = ReturnType<typeof login>;

/** How sessions begin, become more, and end in a browser: the same for every way in. */
export function login(deps: LoginDeps) {
  const { accounts, sessions, factors, devices, settings, news, auditEntry } = deps;

  /**
   * The session of a request: the one of its cookie, where the request shows the key of it too. Without that, the cookie was
   * read or put there by another service on the same host, and is as none.
   */
  async function sessionOf(c: RouteContext): Promise<Session | null> {
    const keyHash = keyHashOf(c);
    const session = await sessions.find(sessionCookie.of(c) ?? "");
    if (!session) return null;
    const claimed = await sessions.claim(session, keyHash);
    if (claimed !== "foreign") return session;
    const asked = `${c.req.method} ${c.req.path}`;
    const { userId: subject } = session;
    deps.refused({ code: "wrong_session_key", source: addressOf(c), actor: null, subject, asked });
    return null;
  }

  /**
   * The session that a sign-in of this user takes the place of. With the key gone, as when a browser has lost what it kept, one's
   * own is still known by its cookie; so is one that is bound to no key, which is of this browser as far as anybody can tell.
   */
  async function formerOf(c: RouteContext, user: User): Promise<Session | null> {
    const session = await sessions.find(sessionCookie.of(c) ?? "");
    return session && (session.userId === user.id || !session.keyHash) ? session : sessionOf(c);
  }

  /** What the browser needs to know to show the right page. */
  async function info(session: Session | null): Promise<SessionInfo> {
    const general = { settings: await settings.shown(), providers: [...deps.providers] };
    if (!session) return { user: null, ...general };
    const { userId: id, userName: name, role, hasCode: code, hasPasskey: passkey, hasRecovery } = session;
    const stage = sessions.stageOf(session);
    const seconds = stage === "second factor" ? { seconds: { code, passkey, recovery: hasRecovery } } : {};
    const needs: Pick<SessionInfo, "needsRecoveryCodes"> =
      stage === "open" && (await lacksRecoveryCodes(session)) ? { needsRecoveryCodes: true } : {};
    return { user: { id, name, role }, stage, ...seconds, ...needs, ...general };
  }

  /** Whether somebody has just shown a second factor for which no recovery code is left to stand in, or none was ever given. */
  async function lacksRecoveryCodes(session: Session): Promise<boolean> {
    const { userId, factors: proven, hasCode, hasPasskey } = session;
    if (proven < 2 || !sessions.isFresh(session) || !(hasCode || hasPasskey)) return false;
    return (await factors.recoveryCodes(userId)) === 0;
  }

  /** The session the browser had before ends: a sign-in never continues it. */
  async function welcome(c: RouteContext, user: User, token: string): Promise<SessionInfo> {
    const former = await formerOf(c, user);
    if (former) await sessions.end(former);
    sessionCookie.set(c, token);
    deviceCookie.set(c, devices.mark(user));
    return info(await sessions.find(token));
  }

  return {
    sessionOf,
    info,
    welcome,

    /** Begins a session for somebody who has just proven with one factor or two who they are, by this way. */
    async begin(c: RouteContext, user: User, factors: 1 | 2, way: string): Promise<SessionInfo> {
      const client = clientOf(c);
      const { address, device } = client;
      const entry = auditEntry("session.began", { by: user.id, address, detail: { way, factors } });
      const { id, token } = await sessions.start(user.id, client, factors, entry);
      // A change of the password, or a lock, ends the sessions there are: one that began after it, by what held before, is seen here.
      if (!(await accounts.stillProven(user))) {
        await sessions.end({ id });
        throw new Refusal("wrong_credentials");
      }
      await sessions.endSurplus(user, id);
      news.tell(user.id, "session.began", device);
      return welcome(c, user, token);
    },

    /** Gives the browser a new token for a session in which something more was proven; its sockets come back with it. */
    async renew(c: RouteContext, session: Session, factors: 1 | 2, way: string): Promise<SessionInfo> {
      const entry = auditEntry("session.proven", {
        by: session.userId,
        address: addressOf(c),
        detail: { way, factors },
      });
      const renewed = await sessions.renew(session, factors, entry);
      if (!renewed) throw new Refusal("not_signed_in");
      sessionCookie.set(c, renewed.token);
      return info(await sessions.find(renewed.token));
    },

    /** Nothing stays in the browser of someone who left. */
    left(c: RouteContext): void {
      sessionCookie.clear(c);
      c.header("Clear-Site-Data", '"cache"');
    },
  };
}
