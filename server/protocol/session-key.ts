/**
 * A browser sends the cookies of a host to all its ports, and takes them from all. So a session is bound to a key besides,
 * which the client keeps in the storage of its own origin: 32 random bytes in base64url.
 */
export const keyHeader = "X-Session-Key";

export const isSessionKey = (text: string): boolean => /^[\w-]{43}$/.test(text);

/** The subprotocol of the socket, which the server answers with. */
export const subprotocol = "secure-chat";
const keyPrefix = "key.";

/** What to offer when a socket is opened: a page can give it no header, and an address ends up in logs. */
export const protocolsOf = (key: string | null): string[] =>
  key === null ? [subprotocol] : [subprotocol, keyPrefix + key];

/** The key in the header `Sec-WebSocket-Protocol`, and whether our subprotocol is offered there. */
export function offeredIn(header: string): { key: string | undefined; ours: boolean } {
  const offered = header.split(",").map((one) => one.trim());
  const key = offered.find((one) => one.startsWith(keyPrefix))?.slice(keyPrefix.length);
  return { key, ours: offered.includes(subprotocol) };
}
