import { hashOfToken } from "./link-tokens.ts";

/** How many codes an account gets. */
export const recoveryCount = 10;
/** A code has 120 bits; from 112 on a fast hash is enough (OWASP ASVS 5.0, 6.5.2). */
const bytes = 15;
/** An alphabet without letters that are mistaken for digits (https://www.crockford.com/base32.html). */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Makes recovery codes, in groups of four for reading; the database stores their hashes. */
export function newRecoveryCodes(random: (bytes: number) => Uint8Array): {
  codes: string[];
  hashes: Buffer[];
} {
  const codes = Array.from({ length: recoveryCount }, () => grouped(base32(random(bytes))));
  return { codes, hashes: codes.map(hashOfRecoveryCode) };
}

/** Gives one form for all ways to type a code: without hyphens, in small letters, with an o read as a zero. */
export const hashOfRecoveryCode = (code: string): Buffer =>
  hashOfToken(code.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1"));

function base32(data: Uint8Array): string {
  const bits = Array.from(data, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits.replace(/.{5}/g, (five) => alphabet[Number.parseInt(five, 2)]!);
}

const grouped = (code: string): string => code.replace(/.{4}(?=.)/g, "$&-");
