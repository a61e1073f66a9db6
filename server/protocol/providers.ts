import * as v from "valibot";
import { linkToken, type SessionInfo } from "./account.ts";
import { userName } from "./text.ts";

/**
 * A page of this server to go on to. What browsers take for an address elsewhere is refused: two slashes or backslashes, the
 * tabs and line breaks that they leave out, and anything that does not begin with a slash; so is what is no page.
 */
export const pagePath = v.pipe(
  v.string(),
  v.maxLength(200),
  v.regex(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/, "must be a page of this chat"),
  v.check((path) => !path.startsWith("/api/"), "must be a page of this chat"),
);

/** Where to go on after signing in with a provider, and the invitation one comes with. */
export const providerVisit = v.strictObject({ next: v.optional(pagePath), invite: v.optional(linkToken) });

/** What somebody is to be called whose account at a provider opens none here yet. */
export const pendingSignUpName = v.strictObject({ name: userName });

export type ProviderVisit = v.InferOutput<typeof providerVisit>;

/** Where the browser has to go. */
export interface ProviderAddress {
  url: string;
}

/** Answer of `POST /api/arrival`: who is signed in now, the page to go on to, and the provider that was linked, if one was. */
export interface Arrived {
  session: SessionInfo;
  page: string;
  linked: string | null;
}

/** Answer of `GET /api/pending-sign-up`: who says who one is, and what one could be called; null where nothing fits. */
export interface PendingSignUp {
  provider: string;
  suggestedName: string | null;
}

/** A provider as an account sees it. Times are UTC milliseconds. */
export interface ProviderInfo {
  id: string;
  name: string;
  /** Whether it can be used here still. */
  isOffered: boolean;
  /** When it was linked to the account; null where it is not. */
  linkedAt: number | null;
  lastUsedAt: number | null;
}
