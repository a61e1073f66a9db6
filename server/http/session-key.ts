import { hashOfToken } from "../auth/link-tokens.ts";
import { isSessionKey, keyHeader, offeredIn, subprotocol } from "../protocol/session-key.ts";
import { Refusal } from "../refusal.ts";
import type { RouteContext } from "./env.ts";

/** SHA-256 of the key that a request shows, in base64url; empty where it shows none. Refuses as `invalid` what cannot be a key. */
export function keyHashOf(c: RouteContext): string {
  const key = c.req.header(keyHeader) ?? offeredIn(protocolsIn(c)).key;
  if (key === undefined) return "";
  if (!isSessionKey(key)) throw new Refusal("invalid", { field: keyHeader, message: malformed });
  return hashOfToken(key).toString("base64url");
}

/** The header by which an upgrade takes our subprotocol, where it was offered; never the one that holds the key. */
export const protocolTaken = (c: RouteContext): Record<string, string> =>
  offeredIn(protocolsIn(c)).ours ? { "Sec-WebSocket-Protocol": subprotocol } : {};

const protocolsIn = (c: RouteContext): string => c.req.header("sec-websocket-protocol") ?? "";

const malformed = `${keyHeader} has to be 32 random bytes in base64url.`;
