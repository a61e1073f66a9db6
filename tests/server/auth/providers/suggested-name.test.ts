import { expect, test } from "bun:test";
import * as v from "valibot";
import { suggestedName } from "../../../../server/auth/providers/suggested-name.ts";
import { userName } from "../../../../server/protocol/text.ts";

const cases: [unknown[], string | null][] = [
  [["octo-cat"], "octo-cat"],
  [["anna@example.com"], "anna"],
  [["Zoë Ødegård"], "Zoe.Odegard"],
  [["Straße"], "Strasse"],
  [["  Anna \t Maria  "], "Anna.Maria"],
  [["a".repeat(39)], "a".repeat(20)],
  [[`${"a".repeat(19)} b`], "a".repeat(19)],
  [["Иван Петров", "ivan"], "ivan"],
  [["Иван Д Петров"], null],
  [["<b>anna</b>"], "bannab"],
  [["ab", undefined, 7, null, {}, "abc"], "abc"],
  [["...", ""], null],
  [["@anna"], null],
  [["\u202eanna"], "anna"],
  [[`${"\u0301".repeat(10_000)}anna`], null],
  [["admin", "Ad.min", "anna"], "anna"],
  [["support@example.com"], null],
  [[], null],
];
for (const [called, expected] of cases)
  test(`of ${JSON.stringify(called).slice(0, 60)} comes ${expected}`, () => {
    const name = suggestedName(called);
    expect(name).toBe(expected);
    if (name !== null) expect(v.is(userName, name)).toBe(true);
  });
