/** Time, randomness, ids and timers. Everything else in the client receives them from here. */
export interface System {
  /** UTC milliseconds. */
  now(): number;
  /** A number from 0 up to, but not including, 1. */
  chance(): number;
  /** A UUID in lower case that nobody else has. */
  newId(): string;
  /** 32 random bytes in base64url, which nobody can guess. */
  newSecret(): string;
  /** Calls `run` once after `ms`; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}

export const browserSystem: System = {
  now: Date.now,
  chance: () => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32,
  newId: () => timeOrderedId(Date.now(), crypto.getRandomValues(new Uint8Array(16))),
  newSecret: () => base64url(crypto.getRandomValues(new Uint8Array(32))),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/**
 * A UUID of version 7 from UTC milliseconds and 16 random bytes (RFC 9562, section 5.7). What was written at one time lies
 * side by side in the server's index, which costs less than a random place for each.
 */
export function timeOrderedId(ms: number, random: Uint8Array): string {
  const bytes = Uint8Array.from(random);
  new DataView(bytes.buffer).setUint32(0, Math.floor(ms / 2 ** 16));
  new DataView(bytes.buffer).setUint16(4, ms % 2 ** 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
