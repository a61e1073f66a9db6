import { expect, test } from "bun:test";
import * as fc from "fast-check";
import * as v from "valibot";
import { messageText } from "../../../server/protocol/text.ts";
import { faultOf, roomLeft, tidy, withBegun } from "../../../web/chat/writing.ts";

test("empty lines around a text go, what is inside stays", () => {
  expect(tidy("\n\n  one\n\n    two  \n \n")).toBe("  one\n\n    two");
  expect(tidy("a\r\nb\rc")).toBe("a\nb\nc");
  expect(tidy(" \n\t ")).toBe("");
});

test("line breaks, indentation, links and code are sent as they were written", () => {
  const written = [
    "  indented\n\n\n\tmore",
    "- a\n  - b\n\n> c",
    "```ts\n\tif (a < b)  {\n\n}\n```",
    "[x](https://a.example/_y_?z=%20#\u{1F600})",
    "\\*a\\* &amp; <b> \u05d0\u200f e\u0301 \u{1F469}\u200d\u{1F467}",
  ];
  expect(written.map(tidy)).toEqual(written);
});

test("whatever is typed or pasted: once tidied, the server takes it, or we say why not", () => {
  const pasted = fc.string({ unit: "binary", maxLength: 200 });
  fc.assert(
    fc.property(pasted, (text) => {
      const tidied = tidy(text);
      expect(tidied === "" || faultOf(tidied, 16_384) !== null || v.is(messageText, tidied)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test("a text that is too long is said to be, by bytes as the server counts them", () => {
  expect(faultOf("a".repeat(1_024), 1_024)).toBeNull();
  expect(faultOf("a".repeat(1_025), 1_024)).toMatch(/a little too long/);
  expect(faultOf("ä".repeat(1_024), 1_024)).toMatch(/about 2 times too long/);
});

test("how much is left is told when it gets scarce, in bytes as the server counts them", () => {
  const left = (text: string, most: number) => roomLeft(text, most);
  expect(left("a".repeat(819), 1_024)).toBeNull();
  expect([
    left("a".repeat(820), 1_024),
    left("日".repeat(341), 1_024),
    left("😀".repeat(300), 1_024),
  ]).toEqual([204, 1, -176]);
  expect([left("a".repeat(15_884), 16_384), left("a".repeat(15_885), 16_384)]).toEqual([null, 499]);
  expect([left("", 10), left("", 30)]).toEqual([10, null]);
});

test("a message that comes back stands above what was begun meanwhile", () => {
  expect(withBegun("back", "")).toBe("back");
  expect(withBegun("back", " \n")).toBe("back");
  expect(withBegun("back", "begun ")).toBe("back\n\nbegun ");
});
