import type { Ask, Fields } from "./asking.ts";
import { failure, type ProviderSettings } from "./provider.ts";

/** The endpoints and abilities of an issuer of OpenID Connect. */
export interface Metadata {
  authorizationEndpoint: string;
  tokenEndpoint: string;
  keys: URL;
  /** Whether the issuer names itself in the answer that the browser brings back (RFC 9207). */
  namesItself: boolean;
  /** Whether the issuer accepts the client's secret in the body only. */
  secretInBody: boolean;
}

const validMs = 60 * 60_000;

/**
 * Reads the metadata at the issuer's well-known address (OpenID Connect Discovery 1.0, section 4). They are read
 * at most once an hour, and after a failure by one request at a time.
 */
export function discovery(
  { issuer }: ProviderSettings,
  ask: Ask,
  now: () => number,
): () => Promise<Metadata> {
  let known: { metadata: Metadata; at: number } | null = null;
  let reading: Promise<Metadata> | null = null;

  async function read(): Promise<Metadata> {
    const fields = await ask(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
    // An issuer under another's name could have that one's tokens accepted as its own (4.3).
    if (fields.issuer !== issuer) throw failure(`The metadata of ${issuer} names another issuer.`);
    const metadata = metadataOf(fields);
    known = { metadata, at: now() };
    return metadata;
  }

  return async () => {
    if (known && now() - known.at < validMs) return known.metadata;
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };
}

function metadataOf(fields: Fields): Metadata {
  const address = (name: string): string => {
    const value = fields[name];
    if (typeof value === "string" && URL.parse(value)?.protocol === "https:") return value;
    throw failure(`The metadata has no ${name} with HTTPS.`);
  };
  const methods = fields.token_endpoint_auth_methods_supported;
  return {
    authorizationEndpoint: address("authorization_endpoint"),
    tokenEndpoint: address("token_endpoint"),
    keys: new URL(address("jwks_uri")),
    namesItself: fields.authorization_response_iss_parameter_supported === true,
    secretInBody: Array.isArray(methods) && !methods.includes("client_secret_basic"),
  };
}
