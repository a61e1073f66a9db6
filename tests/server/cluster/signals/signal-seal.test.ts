import { expect, test } from "bun:test";
import { seal } from "../../../../server/cluster/signal-seal.ts";
import { system } from "../../../../server/system.ts";

const secret = new Uint8Array(32).fill(7);
const text = 'a text with "quotes", ü and 🙂';

test("what is sealed opens for who has the secret, and shows nothing of it to anyone else", () => {
  const sealed = seal(secret, system).close(text);
  const other = seal(secret, system);
  expect(other.open(sealed)).toBe(text);
  expect(other.open(sealed)).toBe(text);
  expect(Buffer.from(sealed).includes("quotes")).toBe(false);
  expect(seal(new Uint8Array(32).fill(8), system).open(sealed)).toBeNull();
});

test("the same text is never sealed twice in the same way", () => {
  const one = seal(secret, system);
  const all = [...Array.from({ length: 100 }, () => one.close(text)), seal(secret, system).close(text)];
  expect(new Set(all.map((sealed) => Buffer.from(sealed).toString("hex"))).size).toBe(101);
});

test("one bit changed anywhere, a byte more or a byte less, and it does not open", () => {
  const sealed = seal(secret, system).close(text);
  const other = seal(secret, system);
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const altered = Uint8Array.from(sealed);
    altered[bit >> 3]! ^= 1 << (bit & 7);
    expect(other.open(altered)).toBeNull();
  }
  for (let length = 0; length < sealed.length; length++)
    expect(other.open(sealed.subarray(0, length))).toBeNull();
  expect(other.open(Buffer.concat([sealed, Buffer.alloc(1)]))).toBeNull();
  expect(other.open(sealed)).toBe(text);
});
