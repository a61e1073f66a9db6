import { Secret, TOTP } from "otpauth";

/** What authenticator apps take for granted: other values are quietly ignored by some of them. */
const form = { algorithm: "SHA1", digits: 6, period: 30 } as const;
/** 160 bits, as RFC 4226, section 4, recommends. */
export const secretBytes = 20;
/** A code is also taken one step before its time and one after it: clocks differ, and people type. */
const window = 1;

/** One-time passwords by the clock (RFC 6238). */
const totpOf = (secret: Uint8Array, label = "", issuer = "") =>
  new TOTP({ ...form, secret: new Secret({ buffer: Uint8Array.from(secret).buffer }), label, issuer });

/**
 * The time step whose code this is, seen at `now` (UTC milliseconds); null when it is of no step near it. That each step is
 * taken once is up to the caller.
 */
export function stepOf(secret: Uint8Array, code: string, now: number): number | null {
  const totp = totpOf(secret);
  const delta = totp.validate({ token: code, timestamp: now, window });
  return delta === null ? null : totp.counter({ timestamp: now }) + delta;
}

/** The secret as people type it into an app, and as an app reads it from a QR code. */
export function offerOf(secret: Uint8Array, name: string, issuer: string): { secret: string; uri: string } {
  const totp = totpOf(secret, name, issuer);
  return { secret: totp.secret.base32, uri: totp.toString() };
}
