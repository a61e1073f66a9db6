import { Secret, TOTP } from "otpauth";

/** The values that authenticator apps assume; some of them silently ignore others. */
const form = { algorithm: "SHA1", digits: 6, period: 30 } as const;
/** 160 bits, as RFC 4226, section 4, recommends. */
export const secretBytes = 20;
/** A code is also taken one step before its time and one after it: clocks differ, and people type. */
const window = 1;

/** One-time passwords by the clock (RFC 6238). */
const totpOf = (secret: Uint8Array, label = "", issuer = "") =>
  new TOTP({ ...form, secret: new Secret({ buffer: Uint8Array.from(secret).buffer }), label, issuer });

/**
 * Gives the time step to which a code belongs at `now` (UTC milliseconds); null when it belongs to no step near it. The caller
 * makes sure that every step is used once.
 */
export function stepOf(secret: Uint8Array, code: string, now: number): number | null {
  const totp = totpOf(secret);
  const delta = totp.validate({ token: code, timestamp: now, window });
  return delta === null ? null : totp.counter({ timestamp: now }) + delta;
}

/** Gives the secret as people type it into an app, and as an app reads it from a QR code. */
export function offerOf(secret: Uint8Array, name: string, issuer: string): { secret: string; uri: string } {
  const totp = totpOf(secret, name, issuer);
  return { secret: totp.secret.base32, uri: totp.toString() };
}
