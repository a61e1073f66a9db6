import type { Session } from "../db/kept/sessions.ts";
import type { User } from "../db/kept/users.ts";
import type { Store } from "../db/store.ts";
import type { ProviderVisit } from "../protocol/providers.ts";
import { Refusal } from "../refusal.ts";
import type { System } from "../system.ts";
import type { Admission } from "./admission.ts";
import type { Identities } from "./identities.ts";
import type { Newcomers } from "./newcomers.ts";
import type { Providers, Purpose } from "./providers.ts";
import type { Sessions } from "./sessions.ts";
import type { RequireActive } from "./standing.ts";

export interface ProviderVisitsDeps {
  providers: Providers;
  identities: Identities;
  newcomers: Newcomers;
  admission: Admission;
  sessions: Sessions;
  kept: Store["sessions"];
  users: Store["users"];
  factors: Store["factors"];
  requireActive: RequireActive;
  /** Refuses as `rate_limited` an address that asks too often. */
  within(address: string): void;
  system: System;
}

/** Who has come back from a provider, and for what. */
export type Return =
  /** `former` is the session that the browser had when it was sent: the cookie of it does not come back with it. */
  | { kind: "signed in"; user: User; next: string | null; former: Session | null }
  | { kind: "new"; token: string }
  | { kind: "linked"; userId: number };

export type ProviderVisits = ReturnType<typeof providerVisits>;

/** Going to a provider and coming back, to sign in or to link an account there to the one here. */
export function providerVisits(deps: ProviderVisitsDeps) {
  const { providers, identities, newcomers, sessions, users, factors, requireActive, within, system } = deps;

  async function signedIn(
    account: { issuer: string; subject: string },
    { next, former }: Extract<Purpose, { kind: "sign in" }>,
    address: string,
  ): Promise<Return | null> {
    const { issuer, subject } = account;
    const identity = await factors.identity(issuer, subject);
    const user = identity && (await users.byId(identity.userId));
    if (!user) return null;
    await requireActive(user, "provider", address);
    await factors.usedIdentity(issuer, subject, system.now());
    await users.signedIn(user.id, system.now());
    return { kind: "signed in", user, next, former: former ? await sessionOf(former) : null };
  }

  /**
   * The page that began it showed the session's cookie, which is not sent along from another site. So the session has to be
   * there still, open and fresh: one that was proven anew since has another id.
   */
  async function requireLinking({ sessionId }: Extract<Purpose, { kind: "link" }>) {
    const session = await sessionOf(sessionId);
    if (!session || !sessions.lives(session) || sessions.stageOf(session) !== "open")
      throw new Refusal("not_signed_in");
    if (!sessions.isFresh(session)) throw new Refusal("proof_needed");
  }

  const sessionOf = (id: string) => deps.kept.find(Buffer.from(id, "base64url"));

  return {
    /** Where to send a browser that wants to sign in, and its cookie. An invitation that is shown has to be valid. */
    async signIn(
      id: string,
      origin: string,
      { next, invite }: ProviderVisit,
      session: Session | null,
      address: string,
    ) {
      within(address);
      const inviteId = invite === undefined ? null : await deps.admission.shown(invite, address);
      const former = session?.id.toString("base64url");
      const purpose = { kind: "sign in", inviteId, next: next ?? null, former } as const;
      return providers.begin(id, origin, purpose, address);
    },

    /** The same for somebody who wants to link an account there. */
    async link(id: string, origin: string, session: Session, address: string) {
      within(address);
      await identities.requireUnlinked(session.userId, id);
      const sessionId = session.id.toString("base64url");
      return providers.begin(id, origin, { kind: "link", userId: session.userId, sessionId }, address);
    },

    /** Takes what a browser came back with; nothing was changed where that is not what it was sent for. */
    async comeBack(
      id: string,
      query: URLSearchParams,
      cookie: string | null,
      address: string,
    ): Promise<Return> {
      within(address);
      const { account, purpose } = await providers.finish(id, query, cookie, address);
      if (purpose.kind === "link") {
        await requireLinking(purpose);
        await identities.link(purpose.userId, id, account, address);
        return { kind: "linked", userId: purpose.userId };
      }
      const known = await signedIn(account, purpose, address);
      if (known) return known;
      const { inviteId } = purpose;
      return { kind: "new", token: await newcomers.welcome({ provider: id, account, inviteId }) };
    },
  };
}
