import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { digitsOf } from "../../../server/auth/codes.ts";
import { offerOf, stepOf } from "../../../server/auth/totp.ts";

/** The key and the times of RFC 6238, appendix B, for SHA-1; of its codes of eight digits the last six are ours. */
const key = Buffer.from("12345678901234567890");
const vectors: [seconds: number, code: string][] = [
  [59, "94287082"],
  [1_111_111_109, "07081804"],
  [1_111_111_111, "14050471"],
  [1_234_567_890, "89005924"],
  [2_000_000_000, "69279037"],
  [20_000_000_000, "65353130"],
];

describe("ASVS 11.2.1 one-time passwords are those of RFC 6238", () => {
  for (const [seconds, code] of vectors) {
    test(`at ${seconds} s`, () => {
      expect(stepOf(key, code.slice(2), seconds * 1000)).toBe(Math.floor(seconds / 30));
    });
  }
});

test("ASVS 6.5.5 a code is taken within a step of its own time, and names the step it belongs to", () => {
  const [seconds, code] = vectors[3]!;
  const step = Math.floor(seconds / 30);
  const start = step * 30_000;
  const taken = [-30_001, -30_000, 0, 29_999, 59_999, 60_000].map((ms) =>
    stepOf(key, code.slice(2), start + ms),
  );
  expect(taken).toEqual([null, step, step, step, step, null]);
});

test("what is no code of six digits is none", () => {
  const anything = fc.oneof(fc.string(), fc.stringMatching(/^\d{0,9}$/));
  const property = fc.property(anything, (code) => {
    fc.pre(!/^\d{6}$/.test(code));
    expect(stepOf(key, code, 59_000)).toBeNull();
  });
  fc.assert(property, { numRuns: 1000 });
});

test("a code may be typed in groups", () => {
  expect(["287 082", " 287082 ", "287-082"].map(digitsOf)).toEqual(["287082", "287082", "287082"]);
});

test("an app gets the secret in base32, and with it who and where, whatever those are called", () => {
  const secret = randomBytes(20);
  const offer = offerOf(secret, "alice", "Aunt & Uncle: 100 %");
  const uri = new URL(offer.uri);
  expect(`${uri.protocol}//${uri.host}`).toBe("otpauth://totp");
  expect(decodeURIComponent(uri.pathname)).toBe("/Aunt & Uncle: 100 %:alice");
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    issuer: "Aunt & Uncle: 100 %",
    secret: offer.secret,
    algorithm: "SHA1",
    digits: "6",
    period: "30",
  });
  expect(offer.secret).toMatch(/^[A-Z2-7]{32}$/);
});
