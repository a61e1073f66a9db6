import { timingSafeEqual } from "node:crypto";
import { Incident } from "../logging/incident.ts";
import { Refusal } from "../refusal.ts";
import type { Store } from "../store/store.ts";
import type { System } from "../system.ts";
import { hashOfToken, newToken } from "./link-tokens.ts";
import { asking, codeOf, type Fetch } from "./providers/asking.ts";
import { github } from "./providers/github.ts";
import { openIdConnect } from "./providers/openid-connect.ts";
import {
  failure,
  type Provider,
  type ProviderAccount,
  type ProviderId,
  type ProviderSettings,
} from "./providers/provider.ts";

/**
 * What somebody goes to a provider for. Of an invitation only its id is stored, and of the session that wants to link an account
 * only its id (the hash of its token).
 */
export type Purpose = {
  /** SHA-256 of the session key of the page that sent the browser away; empty where it has none. */
  keyHash: string;
} & (
  | { kind: "sign in"; inviteId: number | null; next: string | null }
  | { kind: "link"; userId: number; sessionId: string }
);

/** What is stored while somebody is at a provider. */
interface UnderWay {
  provider: ProviderId;
  purpose: Purpose;
  redirectUri: string;
  verifier: string;
  nonce: string;
  /** SHA-256 of the cookie of the browser that began the visit, in base64url. */
  browser: string;
}

/** Signing in with an account elsewhere. Both methods refuse a provider that is not set up here as `not_found`. */
export interface Providers {
  readonly offered: readonly { id: ProviderId; name: string }[];
  /**
   * Takes the origin under which the browser sees this server, which must be one of its own. Gives the address at the provider to
   * which to send the browser, and the value of the cookie that must come back with the answer. Refuses as `provider_failed`,
   * which is reported with the client's address; so does `finish`.
   */
  begin(
    id: string,
    origin: string,
    purpose: Purpose,
    address?: string,
  ): Promise<{ url: string; cookie: string }>;
  /**
   * Takes the answer that the browser brought back; gives the account at the provider, and what the visit was for. Works once for
   * each `begin`, within ten minutes, in the same browser. Refuses as `provider_failed`.
   */
  finish(
    id: string,
    query: URLSearchParams,
    cookie: string | null,
    address?: string,
  ): Promise<{ account: ProviderAccount; purpose: Purpose }>;
}

const ticketKind = "provider";
/** How long somebody may take at a provider. */
export const visitMs = 10 * 60_000;
const tokenBytes = 32;

export function providers(
  settings: readonly ProviderSettings[],
  deps: { tickets: Store["tickets"]; system: System; fetch: Fetch; report: (incident: Incident) => void },
): Providers {
  const { tickets, system, report } = deps;
  const all = new Map<string, Provider>(settings.map((each) => [each.id, providerOf(each, deps)]));
  const random = () => newToken(system.random(tokenBytes));

  /** Reports the cause to the operator. The client, who may be an attacker, learns only that it failed. */
  async function askedOf<T>(
    id: string,
    address: string | undefined,
    run: (provider: Provider) => Promise<T>,
  ): Promise<T> {
    const provider = all.get(id);
    if (!provider) throw new Refusal("not_found");
    try {
      return await run(provider);
    } catch (error) {
      if (!(error instanceof Incident)) throw error;
      const what = `Signing in with ${provider.settings.name} failed. ${error.message}`;
      report(new Incident(error.event, what, undefined, address));
      throw new Refusal("provider_failed");
    }
  }

  /** Uses up the stored state, whatever the result: after a failure one has to begin anew. */
  async function takeUnderWay(id: string, query: URLSearchParams, cookie: string | null): Promise<UnderWay> {
    const state = only(query, "state");
    const ticket = state && (await tickets.take(hashOfToken(state), ticketKind, system.now()));
    if (!ticket) throw failure("What came back was not asked for, came too late, or came before.");
    const underWay: UnderWay = JSON.parse(ticket.data);
    const browser = Buffer.from(underWay.browser, "base64url");
    if (cookie === null || !timingSafeEqual(hashOfToken(cookie), browser))
      throw failure("Another browser came back than the one that was sent.");
    if (underWay.provider !== id) throw failure("It came back from another provider than it was sent to.");
    return underWay;
  }

  return {
    offered: settings.map(({ id, name }) => ({ id, name })),

    begin: (id, origin, purpose, address) =>
      askedOf(id, address, async (provider) => {
        const [state, verifier, nonce, cookie] = [random(), random(), random(), random()];
        // Every provider has a return address of its own, so that an answer is never taken for that of another (RFC 9700, 4.4.2).
        const redirectUri = `${origin}/api/providers/${id}/callback`;
        const url = await provider.authorizationUrl({ state, verifier, nonce, redirectUri });
        const browser = hashOfToken(cookie).toString("base64url");
        const visit: UnderWay = {
          provider: provider.settings.id,
          purpose,
          redirectUri,
          verifier,
          nonce,
          browser,
        };
        await tickets.put({
          id: hashOfToken(state),
          kind: ticketKind,
          userId: purpose.kind === "link" ? purpose.userId : null,
          data: JSON.stringify(visit),
          expiresAt: system.now() + visitMs,
        });
        return { url: url.href, cookie };
      }),

    finish: (id, query, cookie, address) =>
      askedOf(id, address, async (provider) => {
        const { purpose, ...visit } = await takeUnderWay(id, query, cookie);
        // That somebody cancels at the provider is no incident.
        if (only(query, "error") === "access_denied")
          throw new Refusal("provider_failed", { message: stopped });
        if (query.has("error")) throw failure(`It came back without a code${codeOf(only(query, "error"))}.`);
        const code = only(query, "code");
        if (code === null) throw failure("It came back without a code.");
        const iss = query.has("iss") ? (only(query, "iss") ?? "") : null;
        return { account: await provider.identify({ ...visit, code, iss }), purpose };
      }),
  };
}

const stopped = "You did not finish logging in there.";

function providerOf(
  settings: ProviderSettings,
  { fetch, system }: { fetch: Fetch; system: System },
): Provider {
  const ask = asking(fetch, system.after, settings.hosts);
  return settings.id === "github" ? github(settings, ask) : openIdConnect(settings, ask, system.now);
}

/** Gives a parameter that is there once. One that is repeated, which RFC 6749, 3.1, forbids, counts as missing. */
function only(query: URLSearchParams, name: string): string | null {
  const [value, ...others] = query.getAll(name);
  return value && others.length === 0 ? value : null;
}
