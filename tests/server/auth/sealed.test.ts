import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { sealer } from "../../../server/auth/sealed.ts";
import { system } from "../../../server/system.ts";

const pepper = Buffer.alloc(32, 7);
const { seal, open } = sealer(pepper, system);
const secret = randomBytes(20);

describe("secrets of authenticator apps in the database", () => {
  test("open as they were, for the same place and under the same pepper only", () => {
    const sealed = seal(secret, "code 1");
    expect(open(sealed, "code 1")).toEqual(secret);
    expect(open(sealed, "code 2")).toBeNull();
    expect(sealer(Buffer.alloc(32, 8), system).open(sealed, "code 1")).toBeNull();
  });

  test("ASVS 11.3.3 do not open with any bit of them flipped, cut off or added", () => {
    const bytes = Buffer.from(seal(secret, "code 1"), "base64url");
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 1 << bit;
        expect([at, bit, open(flipped.toString("base64url"), "code 1")]).toEqual([at, bit, null]);
      }
      expect(open(bytes.subarray(0, at).toString("base64url"), "code 1")).toBeNull();
    }
    expect(open(Buffer.concat([bytes, Buffer.of(0)]).toString("base64url"), "code 1")).toBeNull();
  });

  test("ASVS 11.3.4 never use a nonce twice", () => {
    const count = 100_000;
    const nonces = new Set<string>();
    for (let each = 0; each < count; each++) {
      const sealed = Buffer.from(seal(secret, "code 1"), "base64url");
      nonces.add(sealed.toString("hex", 1, 13));
    }
    expect(nonces.size).toBe(count);
  });

  test("ASVS 11.2.1 are sealed with AES-256-GCM under a key by HKDF-SHA-256, as another implementation finds", async () => {
    const bytes = Buffer.from(seal(secret, "code 1"), "base64url");
    expect(bytes[0]).toBe(1);
    const given = await crypto.subtle.importKey("raw", pepper, "HKDF", false, ["deriveKey"]);
    const info = new TextEncoder().encode("secure-chat secrets of factors");
    const key = await crypto.subtle.deriveKey(
      { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info },
      given,
      { name: "AES-GCM", length: 256 },
      false,
      ["decrypt"],
    );
    const additionalData = Buffer.concat([bytes.subarray(0, 13), Buffer.from("code 1")]);
    const opened = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: bytes.subarray(1, 13), additionalData },
      key,
      bytes.subarray(13),
    );
    expect(Buffer.from(opened)).toEqual(secret);
  });
});
