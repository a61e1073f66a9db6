import { afterAll, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import bcrypt from "bcryptjs";
import { HashPool } from "../../../server/auth/hash-pool.ts";
import { passwords } from "../../../server/auth/passwords.ts";
import { outcomeOf } from "../../support/outcome.ts";

/** Counts the work it is given, with the cost of each. */
class CountingPool extends HashPool {
  work: string[] = [];
  override hash(text: string, source?: string) {
    this.work.push(`hash ${this.cost}`);
    return super.hash(text, source);
  }
  override matches(text: string, hash: string, source?: string) {
    this.work.push(`compare ${bcrypt.getRounds(hash)} ${text.length} ${hash.length}`);
    return super.matches(text, hash, source);
  }
}

const pepper = Buffer.alloc(32, 1);
const pool = new CountingPool(2, 4);
afterAll(() => pool.close());
const { hash, matches } = passwords(pool, pepper);
const check = (password: string, stored: string | null) => matches(password, stored, "here");

describe("ASVS 6.2.8 6.2.9 every byte of a password counts", () => {
  const long = "p".repeat(256);
  const pairs: [string, string, string][] = [
    ["the last of 256", `${long.slice(0, -1)}a`, `${long.slice(0, -1)}b`],
    ["the first past 72", `${"p".repeat(72)}a`, `${"p".repeat(72)}b`],
    ["one after a NUL", "pass\0word-a", "pass\0word-b"],
    ["a NUL itself", "password\0", "password"],
    ["the last of 64 emoji", "😀".repeat(64), `${"😀".repeat(63)}😁`],
    ["case", "Password", "password"],
    ["a space at the end", "password ", "password"],
  ];
  for (const [name, password, other] of pairs) {
    test(name, async () => {
      const stored = await hash(password, "here");
      expect(await check(password, stored)).toBe(true);
      expect(await check(other, stored)).toBe(false);
    });
  }
});

const forms: [string, string, string][] = [
  ["an accent in one sign or two", "caf\u00e9 caf\u00e9", "cafe\u0301 cafe\u0301"],
  ["a digit of full width", "number 7 number 7", "number \uff17 number 7"],
  ["a ligature", "office office", "o\ufb03ce office"],
  [
    "Hangul in one sign or three",
    "\ud55c\uad6d\uc5b4 \uc554\ud638",
    "\ud55c\uad6d\uc5b4 \uc554\ud638".normalize("NFD"),
  ],
];
for (const [name, normal, typed] of forms)
  test(`a password is the same with ${name}, whichever it was set with`, async () => {
    const stored = [await hash(normal, "here"), await hash(typed, "here")];
    for (const each of stored)
      expect([await check(normal, each), await check(typed, each)]).toEqual([true, true]);
    expect(await check(`${typed}.`, stored[0]!)).toBe(false);
  });

test("a hash from before, of what was typed, still fits what was typed", async () => {
  const typed = "cafe\u0301 cafe\u0301";
  const raw = createHmac("sha256", pepper).update(typed).digest("base64");
  const stored = `1:${await pool.hash(raw)}`;
  expect(await check(typed, stored)).toBe(true);
  expect(await check(`${typed}!`, stored)).toBe(false);
});

test("ASVS 6.3.8 another form than the normal one costs one comparison more, whether the name exists or the form was right", async () => {
  const typed = "cafe\u0301 cafe\u0301";
  const stored = await hash(typed, "here");
  const costs = [];
  for (const [password, of] of [
    [typed, stored],
    [`${typed}?`, stored],
    [`${typed}?`, null],
  ] as const) {
    pool.work = [];
    await check(password, of);
    costs.push(pool.work);
  }
  const twice = ["compare 4 44 60", "compare 4 44 60"];
  expect(costs).toEqual([twice, twice, twice]);
});

test("ASVS 11.4.2 what is stored is the pepper's version and a salted bcrypt hash, of which no two are alike", async () => {
  const [one, two] = [await hash("password", "here"), await hash("password", "here")];
  expect(one).toMatch(/^1:\$2b\$04\$[./A-Za-z0-9]{53}$/);
  expect(one).not.toBe(two);
});

test("without the pepper a stored hash tells nothing of the password", async () => {
  const stored = await hash("password", "here");
  expect(bcrypt.compareSync("password", stored.slice(2))).toBe(false);
  const other = passwords(pool, Buffer.alloc(32, 2));
  expect(await other.matches("password", stored, "here")).toBe(false);
});

test("ASVS 6.3.8 an unknown name costs exactly the work of a wrong password", async () => {
  const stored = await hash("password", "here");
  pool.work = [];
  expect(await check("another", stored)).toBe(false);
  expect(await check("another", null)).toBe(false);
  const [wrong, unknown] = pool.work;
  expect(pool.work).toHaveLength(2);
  expect(unknown).toBe(wrong);
  expect(wrong).toBe("compare 4 44 60");
});

test("an unknown name is refused as busy like a known one, and only as long", async () => {
  const small = new HashPool(1, 4);
  const { hash, matches } = passwords(small, pepper);
  const stored = await hash("password", "here");
  const flood = Array.from({ length: 40 }, () => small.hash("x", "here").catch(() => {}));
  expect(await outcomeOf(matches("password", stored, "here"))).toThrow(
    expect.objectContaining({ code: "busy" }),
  );
  expect(await outcomeOf(matches("password", null, "here"))).toThrow(
    expect.objectContaining({ code: "busy" }),
  );
  await Promise.all(flood);
  expect(await matches("password", stored, "here")).toBe(true);
  expect(await matches("password", null, "here")).toBe(false);
  small.close();
});
