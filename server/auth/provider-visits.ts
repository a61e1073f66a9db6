import type { Admission } from "../accounts/admission.ts";
import type { RequireActive } from "../accounts/status.ts";
import type { ProviderVisit } from "../protocol/providers.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { User } from "../store/users.ts";
import type { System } from "../system.ts";
import type { Identities } from "./identities.ts";
import { hashOfToken, isSame, newToken } from "./link-tokens.ts";
import { type PendingSignUps, tooLate } from "./pending-sign-ups.ts";
import type { ProviderAccount } from "./providers/provider.ts";
import type { Providers, Purpose } from "./providers.ts";
import type { Sessions } from "./sessions.ts";

export interface ProviderVisitsDeps {
  providers: Providers;
  identities: Identities;
  pendingSignUps: PendingSignUps;
  admission: Admission;
  sessions: Sessions;
  tickets: Store["tickets"];
  users: Store["users"];
  factors: Store["factors"];
  alerts: Pick<Store["alerts"], "tellAgain">;
  requireActive: RequireActive;
  /** Refuses as `rate_limited` an address that asks too often. */
  within(address: string): void;
  system: System;
}

/** Somebody who has returned from a provider, and what they went there for. */
export type Return =
  | { kind: "signed in"; user: User; next: string | null }
  | { kind: "new"; token: string }
  | { kind: "linked"; userId: number; provider: string };

/** What is stored about somebody who has returned, until our page asks for it. */
interface Arrival {
  provider: string;
  account: ProviderAccount;
  purpose: Purpose;
}

const ticketKind = "arrival";
/** How long that stays valid; the page asks for it at once. */
export const arrivalMs = 5 * 60_000;

export type ProviderVisits = ReturnType<typeof providerVisits>;

/** The visit to a provider, from leaving to arriving back, to sign in or to link an account there to the one here. */
export function providerVisits(deps: ProviderVisitsDeps) {
  const {
    providers,
    identities,
    pendingSignUps,
    sessions,
    users,
    factors,
    alerts,
    requireActive,
    within,
    system,
  } = deps;

  async function signedIn(
    { issuer, subject }: ProviderAccount,
    next: string | null,
    address: string,
  ): Promise<Return | null> {
    const identity = await factors.identity(issuer, subject);
    const user = identity && (await users.byId(identity.userId));
    if (!identity || !user) return null;
    await requireActive(user, "provider", address);
    // Somebody who used a reset link meanwhile may have dismissed the alert about it.
    await alerts.tellAgain(user.id, identity.lastUsedAt ?? identity.createdAt);
    await factors.usedIdentity(issuer, subject, system.now());
    await users.signedIn(user.id, system.now());
    return { kind: "signed in", user, next };
  }

  /** The session that began the visit must still exist, be open and be freshly proven. A later proof would have given it another id. */
  function requireLinking({ sessionId }: Extract<Purpose, { kind: "link" }>, session: Session | null) {
    if (session?.id.toString("base64url") !== sessionId || sessions.stageOf(session) !== "open")
      throw new Refusal("not_signed_in");
    if (!sessions.isFresh(session)) throw new Refusal("proof_needed");
  }

  return {
    /**
     * Gives where to send a browser that wants to sign in, and its cookie. An invitation, if there is one, must be valid. `keyHash`
     * is the hash of the page's session key, which the browser has to send again when it returns.
     */
    async signIn(id: string, origin: string, visit: ProviderVisit, keyHash: string, address: string) {
      within(address);
      const { next, invite } = visit;
      const inviteId = invite === undefined ? null : await deps.admission.shown(invite, address);
      const purpose = { kind: "sign in", keyHash, inviteId, next: next ?? null } as const;
      return providers.begin(id, origin, purpose, address);
    },

    /** Gives the same for somebody who wants to link an account there. */
    async link(id: string, origin: string, session: Session, address: string) {
      within(address);
      const { userId } = session;
      await identities.requireUnlinked(userId, id);
      const sessionId = session.id.toString("base64url");
      const keyHash = session.keyHash ?? "";
      return providers.begin(id, origin, { kind: "link", keyHash, userId, sessionId }, address);
    },

    /**
     * Takes the answer with which a browser returns; a wrong answer changes nothing. Gives the token with which the next page
     * finishes the visit. The way back is a navigation and carries no session key, only a cookie, which another service on the
     * same host may have planted.
     */
    async comeBack(
      id: string,
      query: URLSearchParams,
      cookie: string | null,
      address: string,
    ): Promise<string> {
      within(address);
      const { account, purpose } = await providers.finish(id, query, cookie, address);
      const token = newToken(system.random(32));
      const arrival: Arrival = { provider: id, account, purpose };
      await deps.tickets.put({
        id: hashOfToken(token),
        kind: ticketKind,
        userId: purpose.kind === "link" ? purpose.userId : null,
        data: JSON.stringify(arrival),
        expiresAt: system.now() + arrivalMs,
      });
      return token;
    },

    /** Finishes a visit, once. Refuses as `link_invalid` a page without the session key of the page that began it. */
    async arrive(
      token: string | undefined,
      keyHash: string,
      session: Session | null,
      address: string,
    ): Promise<Return> {
      within(address);
      const ticket = await deps.tickets.take(hashOfToken(token ?? ""), ticketKind, system.now());
      if (!ticket) throw new Refusal("link_invalid", { message: tooLate });
      const { provider, account, purpose }: Arrival = JSON.parse(ticket.data);
      // A visit from before session keys has none.
      if (purpose.keyHash === undefined || !isSame(keyHash, purpose.keyHash))
        throw new Refusal("link_invalid", { message: another });
      if (purpose.kind === "link") {
        requireLinking(purpose, session);
        await identities.link(purpose.userId, provider, account, address);
        return { kind: "linked", userId: purpose.userId, provider };
      }
      const known = await signedIn(account, purpose.next, address);
      if (known) return known;
      const { inviteId } = purpose;
      return { kind: "new", token: await pendingSignUps.welcome({ provider, account, inviteId, keyHash }) };
    },
  };
}

const another = "This was not begun in this browser. Please log in once more.";
