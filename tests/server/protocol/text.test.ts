import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import * as v from "valibot";
import { limits } from "../../../server/protocol/limits.ts";
import {
  byteLength,
  givenPassword,
  messageText,
  newPassword,
  skeletonOf,
  userName,
} from "../../../server/protocol/text.ts";

const problem = (schema: v.GenericSchema, value: unknown): string | null => {
  const { issues } = v.safeParse(schema, value, { abortEarly: true });
  return issues?.[0].message ?? null;
};

describe("the text of a message", () => {
  const max = limits.messageMaxBytes;
  const good: [string, string][] = [
    ["one character", "a"],
    ["as many bytes as there may be", "a".repeat(max)],
    ["as many bytes in emoji", "😀".repeat(max / 4)],
    ["line breaks and tabs", "a\n\n\tb"],
    ["any script", "Grüße, привет, 你好, שלום, مرحبا, नमस्ते, 👩‍👩‍👧‍👦🏳️‍🌈"],
    ["what looks like markup or an encoding", "<b>&lt;b&gt; %253Cscript%253E \\u0061 {{x}}"],
    ["marks of direction, which right-to-left writing needs", "\u200fשלום\u200e \u2067a\u2069"],
    ["spaces around it", "  a  "],
    ["a single emoji of several parts", "❤️"],
    ["a character that is only white in a font", "⠀a"],
  ];
  for (const [name, text] of good) {
    test(`may be ${name}, and stays as it is`, () => {
      expect(problem(messageText, text)).toBeNull();
      expect(v.parse(messageText, text)).toBe(text);
    });
  }

  const empty = "must not be empty";
  const control = "must not contain control characters";
  const bad: [string, unknown, string][] = [
    ["nothing", "", empty],
    ["spaces", "   ", empty],
    ["line breaks", "\n\t\n", empty],
    ["unusual spaces", "\u00a0\u2003\u3000\u2028\ufeff", empty],
    [
      "blanks of Braille and of other scripts",
      "\u2800\u2800 \u{13441}\u{13442}\u{16fe4}\u{1d159}\ufff9\ufffb",
      empty,
    ],
    ["what nobody can see", "\u200b\u200d\u2060\u00ad\u3164\ufe0f\u{e0061}", empty],
    ["a byte more than there may be", "a".repeat(max + 1), "message_too_large"],
    ["a byte more in emoji", `${"😀".repeat(max / 4)}a`, "message_too_large"],
    ["a NUL", "a\0b", control],
    ["a bell", "a\u0007", control],
    ["an escape sequence", "\u001b[31mred", control],
    ["a carriage return", "a\r\nb", control],
    ["a control character of the second set", "a\u0085b\u009b", control],
    ["a lone surrogate", "a\ud800b", "must be well-formed Unicode"],
    ["surrogates in the wrong order", "\udc00\ud800", "must be well-formed Unicode"],
  ];
  for (const [name, text, message] of bad) {
    test(`may not be ${name}`, () => expect(problem(messageText, text)).toBe(message));
  }

  for (const value of [null, 1, true, {}, ["a"], undefined]) {
    test(`may not be ${JSON.stringify(value)}`, () => expect(problem(messageText, value)).not.toBeNull());
  }
});

test("sizes are bytes of UTF-8, whatever is counted", () => {
  const text = fc.string({ unit: "binary", maxLength: 60 }).filter((text) => text.isWellFormed());
  fc.assert(
    fc.property(text, (text) => {
      expect(byteLength(text)).toBe(Buffer.byteLength(text));
      const repeated = text.repeat(8);
      const sizes = [repeated, repeated.normalize("NFKC")].map((form) => Buffer.byteLength(form));
      const fits = Math.min(...sizes) <= limits.passwordMaxBytes;
      expect(problem(givenPassword, repeated) === null).toBe(fits);
    }),
  );
});

describe("a name", () => {
  test("has 3 to 20 letters, digits, dots, underscores or hyphens, one letter or digit at least, and nothing else", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.stringMatching(/^[\w.-]{1,22}$/)),
        (name) => {
          const allowed = [...name].every((char) =>
            "abcdefghijklmnopqrstuvwxyz0123456789._-".includes(char.toLowerCase()),
          );
          const ascii = /^[\x20-\x7e]*$/.test(name);
          const fits = name.length >= 3 && name.length <= 20;
          const named = /[a-z0-9]/i.test(name);
          expect(problem(userName, name) === null).toBe(allowed && ascii && fits && named);
        },
      ),
    );
  });
});

test("names look alike by the table of UTS 39, whatever the case and the signs between", () => {
  const alike = [
    ["alice", "ALICE", "a.lice", "-alice", "alice.", "al1ce", "aIice", "AL_LCE"],
    ["tom0", "TOMO", "torno", "T-o.m_0"],
    ["vvvv", "wvv", "vvw", "WW", "w.w"],
  ];
  for (const names of alike) expect(new Set(names.map(skeletonOf)).size).toBe(1);
  const apart = ["alice", "alicia", "elise", "a2ice", "tom", "torn0", "vw", "v1v", "s5", "55"];
  expect(new Set(apart.map(skeletonOf)).size).toBe(apart.length);
});

test("what may become a password may be given as one", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 100 }), (text) => {
      if (problem(newPassword, text) === null) expect(problem(givenPassword, text)).toBeNull();
    }),
  );
  expect(problem(givenPassword, "")).toBeNull();
});

test("the length of a password to be is that of its normal form, which is what it becomes", () => {
  expect(v.parse(newPassword, "cafe\u0301 \uff11\uff12\uff13")).toBe("caf\u00e9 123");
  const accents = (count: number) => "e\u0301".repeat(count);
  expect(problem(newPassword, accents(7))).toBe("must have at least 8 characters");
  expect(problem(newPassword, accents(limits.passwordMaxBytes / 2))).toBeNull();
  expect(problem(newPassword, accents(limits.passwordMaxBytes / 2 + 1))).toBe("must have at most 256 bytes");
  // Each becomes eighteen characters.
  expect(problem(newPassword, "\ufdfa".repeat(9))).toBe("must have at most 256 bytes");
  // What was a password before there were normal forms can still be given.
  expect(problem(givenPassword, "\ufdfa".repeat(80))).toBeNull();
});

test("ASVS 15.1.3 what is far too long for a password is refused before its normal form is made", () => {
  // Ordering the marks of one letter takes as many steps as the square of their number.
  const marks = "\u0301\u0316".repeat(4000);
  for (const schema of [newPassword, givenPassword]) {
    const times = [1, 2, 3].map(() => {
      const before = performance.now();
      expect(problem(schema, marks)).toBe("must have at most 256 bytes");
      return performance.now() - before;
    });
    expect(Math.min(...times)).toBeLessThan(20);
  }
  // Nothing is longer than four times its normal form: this is, just.
  const most = "\u{1d414}\u0308\u0304".repeat(limits.passwordMaxBytes / 2);
  expect([problem(newPassword, most), problem(givenPassword, most)]).toEqual([null, null]);
  const widest = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code))
    .filter((sign) => sign.isWellFormed())
    .map((sign) => byteLength(sign) / byteLength(sign.normalize("NFKC")));
  expect(widest.reduce((one, other) => Math.max(one, other))).toBe(4);
});
