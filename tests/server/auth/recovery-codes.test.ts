import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { hashOfRecoveryCode, newRecoveryCodes } from "../../../server/auth/recovery-codes.ts";
import { system } from "../../../server/system.ts";

test("ASVS 6.5.3 recovery codes are ten, of 120 bits each that come from the system's strong source", () => {
  const asked: number[] = [];
  const { codes, hashes } = newRecoveryCodes((bytes) => {
    asked.push(bytes);
    return system.random(bytes);
  });
  expect(asked).toEqual(Array(10).fill(15));
  for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(hashes.map((hash) => hash.length)).toEqual(Array(10).fill(32));
});

test("ASVS 6.5.2 every bit of a recovery code counts, and none is ever like another", () => {
  const codesOf = (bytes: Uint8Array) => newRecoveryCodes(() => bytes).codes[0]!;
  const seen = new Set([codesOf(new Uint8Array(15))]);
  for (let bit = 0; bit < 120; bit++) {
    const bytes = new Uint8Array(15);
    bytes[bit >> 3]! |= 1 << (bit & 7);
    seen.add(codesOf(bytes));
  }
  expect(seen.size).toBe(121);
  const many = new Set(Array.from({ length: 1000 }, () => newRecoveryCodes(system.random).codes).flat());
  expect(many.size).toBe(10_000);
});

test("a recovery code is the same however it is typed", () => {
  const code = "01AB-CDEF-GHJK-MNPQ-RSTV-WXYZ";
  const hash = createHash("sha256").update("01ABCDEFGHJKMNPQRSTVWXYZ").digest();
  const typed = [code, code.toLowerCase(), ` ${code.replaceAll("-", " ")} `, "oiabcdefghjkmnpqrstvwxyz"];
  for (const each of [...typed, "OLABCDEFGHJKMNPQRSTVWXYZ"]) expect(hashOfRecoveryCode(each)).toEqual(hash);
  expect(hashOfRecoveryCode("02AB-CDEF-GHJK-MNPQ-RSTV-WXYZ")).not.toEqual(hash);
});
