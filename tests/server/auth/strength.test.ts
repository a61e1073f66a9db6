import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { estimate } from "../../../server/auth/estimate.ts";
import { passwordStrength } from "../../../server/auth/strength.ts";
import { queueMax, shareMax } from "../../../server/auth/work-pool.ts";
import { limits } from "../../../server/protocol/limits.ts";
import { judge as decide } from "../../../server/protocol/strength.ts";
import { Refusal } from "../../../server/refusal.ts";
import { password as usual } from "../../support/person.ts";

setDefaultTimeout(60_000);
const strength = passwordStrength({ breaches: null, hosts: ["chat.sternwarte.example"] });
afterAll(() => strength.close());

const words = ["willibald", "Family Underwood"];
const judge = (password: string, source = "here") =>
  strength.check(password, words, source).then(
    () => "taken",
    (error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      expect([error.code, error.field]).toEqual(["password_weak", "password"]);
      return error.message;
    },
  );
/** Sixty-four characters of four bytes, which are as many as there may be. */
const emoji = Array.from({ length: 64 }, (_, at) => String.fromCodePoint(0x1f400 + ((at * 37) % 62))).join(
  "",
);

const taken: [string, string][] = [
  ["what the tests use", usual],
  ["what they change it to", "another horse battery"],
  ["ASVS 6.2.5 of lower case letters alone", "tulipsofawinterkettle"],
  ["ASVS 6.2.5 of digits alone", "8305917264401935"],
  ["ASVS 6.2.5 of signs alone", ")/=?$&(!%;_:*'"],
  ["ASVS 6.2.5 in another script", "мой дядя самых честных"],
  ["ASVS 6.2.8 with spaces around it", "  tulip sofa winter  "],
  ["ASVS 6.2.8 with NUL in it", "tulip\u0000sofa\u0000winter"],
  ["ASVS 6.2.9 of 64 characters of four bytes", emoji],
  ["which a manager made", "kX9#mQ2vp7Rt"],
];
describe("ASVS 6.2.5 6.2.8 takes a password", () => {
  for (const [name, password] of taken) test(name, async () => expect(await judge(password)).toBe("taken"));
});

const refused: [string, string, string][] = [
  ["ASVS 6.2.4 that very many have", "password", "Very many people have this password"],
  ["ASVS 6.2.4 that many have", "Password123!", "Many people have a password like this"],
  ["ASVS 6.2.4 of keys in a row", "qwertzuiop[]", "tried first"],
  ["ASVS 6.2.4 of one character", "aaaaaaaaaaaaaaaaaaaaaaaa", "again and again"],
  ["ASVS 6.2.4 of one emoji", "🐎🐎🐎🐎🐎🐎🐎🐎", "again and again"],
  ["ASVS 6.2.4 of spaces", "            ", "again and again"],
  ["of one word again and again", "password password Password", "again and again"],
  ["of one name", "Margarethe", "name"],
  ["of a date", "12.03.1956", "Dates are tried first"],
  ["ASVS 6.2.11 of the user's name", "willibald", "Your name"],
  ["ASVS 6.2.11 of the user's name backwards", "dlabilliw", "Your name"],
  ["ASVS 6.2.11 of the user's name, written cleverly", "w1ll1b4ld!", "Your name"],
  ["ASVS 6.2.11 of the chat's name", "underwood1", "Your name"],
  ["ASVS 6.2.11 of the program's name", "secure-chat", "Your name"],
  ["ASVS 6.2.11 of the host's name", "sternwarte12", "Your name"],
  ["ASVS 6.2.11 of several of them", "Family-Underwood-Chat", "Your name"],
];
describe("refuses a password", () => {
  for (const [name, password, advice] of refused)
    test(`${name}, and says what to do`, async () => {
      const message = await judge(password);
      expect(message).toStartWith("That password is too easy to guess. ");
      expect(message).toContain(advice);
    });
});

test("ASVS 6.2.4 refuses each of the three thousand most common passwords that are long enough", async () => {
  const { dictionary } = await import("@zxcvbn-ts/language-common");
  const common = dictionary["passwords-common"].filter((each) => each.length >= limits.passwordMin);
  const first = common.slice(0, 3000);
  expect(first).toHaveLength(3000);
  // As the thread does it, and not in the thread, which gives way: beside other tests it would hardly have its turn.
  expect(first.filter((password) => decide({ password, names: words }, estimate).enough)).toEqual([]);
  expect(await Promise.all(first.slice(0, shareMax).map((password) => judge(password)))).not.toContain(
    "taken",
  );
});

test("ASVS 6.2.12 refuses what was stolen, however strong it looks, and asks only about what is strong", async () => {
  const asked: string[] = [];
  const has = async (password: string) => asked.push(password) > 0 && password === "tulip sofa winter";
  const careful = passwordStrength({ breaches: { has }, hosts: [] });
  // Caught by hand: an expectation of a rejection would hold up the messages of the thread.
  const fate = (password: string) => careful.check(password, [], "here").catch((refusal: unknown) => refusal);
  expect(await fate("tulip sofa winter")).toMatchObject({
    code: "password_weak",
    field: "password",
    message: "That password is in a list of stolen passwords. Choose another one.",
  });
  expect(await fate("tulip sofa summer")).toBeUndefined();
  expect(await fate("password")).toMatchObject({ code: "password_weak" });
  expect(asked).toEqual(["tulip sofa winter", "tulip sofa summer"]);
  careful.close();
});

test("ASVS 15.2.2 the longest and most twisted password leaves the event loop free", async () => {
  const twisted = "4@8({[<369#!1|0$5+7%2".repeat(13).slice(0, limits.passwordMaxBytes);
  let longest = 0;
  let userQueues = 0;
  let done = false;
  const judging = judge(twisted).finally(() => (done = true));
  const began = performance.now();
  let before = began;
  while (!done) {
    userQueues++;
    await Bun.sleep(0);
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
  }
  expect(await judging).toBe("taken");
  expect(userQueues).toBeGreaterThan(20);
  // A judgement on the loop itself would be one single gap.
  expect(longest).toBeLessThan((performance.now() - began) / 3);
});

test("ASVS 2.4.1 what may wait is bounded for one source and for all, and others get their turn", async () => {
  const jobs = Array.from({ length: shareMax + 1 }, () => judge("tulip sofa winter", "greedy"));
  // All ask before any is answered: an answer in between would make room.
  const surplus = strength.check("tulip sofa winter", [], "greedy").catch((error) => error);
  for (let at = shareMax; at < queueMax; at++) jobs.push(judge("tulip sofa winter", `someone ${at}`));
  let late = false;
  const order = strength.check("tulip sofa winter", [], "late").then(() => (late = true));
  const fates = await Promise.allSettled(jobs);
  await order;
  expect(await surplus).toMatchObject({ code: "busy", retryAfter: 2000 });
  expect(late).toBe(true);
  // One of the greedy made room.
  expect(fates.filter(({ status }) => status === "rejected")).toHaveLength(1);
});
