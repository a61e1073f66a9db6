import { describe, expect, test } from "bun:test";
import { Options, ZxcvbnFactory } from "@zxcvbn-ts/core";
import { contextWords, judge } from "../../../server/protocol/strength.ts";
import type { Estimate } from "../../../server/protocol/strength-advice.ts";
import { adviceFor, sentences } from "../../../server/protocol/strength-advice.ts";

const estimated = (score: Estimate["score"], warning: string | null = null, suggestions: string[] = []) =>
  ({ score, feedback: { warning, suggestions } }) satisfies Estimate;
const strong = () => estimated(4);
const judged = (password: string, names: string[] = []) => judge({ password, names }, strong);

describe("a verdict", () => {
  test("says enough from a score of three on", () => {
    const levels = ([0, 1, 2, 3, 4] as const).map((score) =>
      judge({ password: "whatever it is", names: [] }, () => estimated(score)),
    );
    expect(levels.map(({ level, enough }) => [level, enough])).toEqual([
      [0, false],
      [1, false],
      [2, false],
      [3, true],
      [4, true],
    ]);
  });

  test("ASVS 6.2.1 needs no estimate below eight characters, and counts those that people see", () => {
    expect(judged("1234567")).toEqual({ level: 0, enough: false, advice: "It needs one more character." });
    expect(judged("🐎🐂🐄🐖🐑").advice).toBe("It needs 3 more characters.");
    expect(judged("🐎🐂🐄🐖🐑🐐🐕🐩").enough).toBe(true);
  });

  const names = ["Anna.Bell", "The Café of Olga", "chat.example.com"];
  const made = [
    "anna.bell",
    "ANNA BELL!",
    "bell-anna-1",
    "annaannaanna",
    "Anna@chat.example.com".replace("@", "-"),
    "cafe\u0301-olga-99",
    "secure-chat",
    "SecureChat123",
    "secure chat anna",
    "ａｎｎａｂｅｌｌ",
  ];
  for (const password of made)
    test(`ASVS 6.2.11 refuses ${JSON.stringify(password)}, which is made of words that everybody knows here`, () => {
      expect(judged(password, names)).toMatchObject({
        level: 0,
        enough: false,
        advice: sentences.userInputs,
      });
    });
  for (const password of ["anna went to sea", "olga 7h#k2", "no name in it"])
    test(`leaves ${JSON.stringify(password)} to the estimate, which knows the words`, () => {
      let known: string[] = [];
      const verdict = judge({ password, names }, (_, words) => {
        known = words;
        return strong();
      });
      expect(verdict.enough).toBe(true);
      expect(known).toContain("anna");
    });
});

test("ASVS 6.2.11 names count in whole, in one piece and in pieces, but for numbers and what is too short", () => {
  const words = contextWords(["Anna B_Olm", "192.168.1.5", ""]);
  expect(words.toSorted()).toEqual([
    "192.168.1.5",
    "19216815",
    "anna",
    "anna b_olm",
    "annabolm",
    "chat",
    "olm",
    "secure",
    "secure-chat",
    "securechat",
  ]);
  // A word within another would leave the rest of that one behind.
  expect(words.map(({ length }) => length)).toEqual(
    words.map(({ length }) => length).toSorted((a, b) => b - a),
  );
});

describe("the advice", () => {
  test("has a sentence for everything that the estimator warns of", () => {
    const { translations } = new Options();
    const missing = Object.keys(translations.warnings).filter((key) => !(key in sentences));
    expect(missing).toEqual([]);
    // Without translations it answers in these keys.
    expect(new ZxcvbnFactory().check("abcdefgh").feedback.warning).toBe("sequences");
  });

  test("is about the warning, then about a habit, and then one word more", () => {
    expect(adviceFor(estimated(1, "dates", ["anotherWord", "l33t"]))).toBe(sentences.dates);
    expect(adviceFor(estimated(1, null, ["anotherWord", "capitalization", "l33t"]))).toBe(sentences.l33t);
    expect(adviceFor(estimated(2, null, ["anotherWord", "toString"]))).toStartWith("Add another word");
    expect(adviceFor(estimated(3))).toContain("One more word");
    expect(adviceFor(estimated(4))).toContain("nothing left to do");
  });

  test("is a sentence each, and never asks for a kind of character", () => {
    for (const sentence of Object.values(sentences)) {
      expect(sentence).toMatch(/^[A-Z].*\.$/);
      expect(sentence).not.toMatch(/capital|upper|digit|number|symbol/i);
    }
  });
});
