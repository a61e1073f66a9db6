import { expect, test } from "bun:test";
import * as fc from "fast-check";
import * as v from "valibot";
import { messageText } from "../../../server/protocol/text.ts";
import { faultOf, tidy } from "../../../web/state/writing.ts";

test("empty lines around a text go, what is inside stays", () => {
  expect(tidy("\n\n  one\n\n    two  \n \n")).toBe("  one\n\n    two");
  expect(tidy("a\r\nb\rc")).toBe("a\nb\nc");
  expect(tidy(" \n\t ")).toBe("");
});

test("whatever is typed or pasted: once tidied, the server takes it, or we say why not", () => {
  const pasted = fc.string({ unit: "binary", maxLength: 200 });
  fc.assert(
    fc.property(pasted, (text) => {
      const tidied = tidy(text);
      expect(tidied === "" || faultOf(tidied) !== null || v.is(messageText, tidied)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test("a text that is too long is said to be, by bytes as the server counts them", () => {
  expect(faultOf("a".repeat(16_384))).toBeNull();
  expect(faultOf("a".repeat(16_385))).toMatch(/a little too long/);
  expect(faultOf("ä".repeat(16_384))).toMatch(/about 2 times too long/);
});
