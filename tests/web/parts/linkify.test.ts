import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { linkify } from "../../../web/parts/linkify.ts";

const links = (text: string) => linkify(text).flatMap(({ href }) => (href ? [href] : []));

describe("links", () => {
  const cases: [string, string[]][] = [
    ["see https://example.org/a?b=c#d now", ["https://example.org/a?b=c#d"]],
    ["(https://example.org/wiki/Set_(music)).", ["https://example.org/wiki/Set_(music)"]],
    ["Really, http://localhost:5000/x!?", ["http://localhost:5000/x"]],
    ["HTTPS://EXAMPLE.ORG/A", ["https://example.org/A"]],
    ["write to mailto:nora@example.org, please", ["mailto:nora@example.org"]],
    ["https://a.example https://b.example", ["https://a.example/", "https://b.example/"]],
    ["https://example.org/ünï", ["https://example.org/%C3%BCn%C3%AF"]],
    ["<https://example.org>", ["https://example.org/"]],
    ["mailto:nobody", []],
    ["https://", []],
    ["https://?", []],
    ["javascript:alert(1) data:text/html,x vbscript:x file:///etc/passwd", []],
    ["just text, e.g. this", []],
  ];
  for (const [text, expected] of cases) {
    test(text, () => {
      expect(links(text)).toEqual(expected);
    });
  }
});

const pieces = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom(
    "https://",
    "http://",
    "mailto:",
    "javascript:",
    "data:",
    "a@b.c",
    "example.org",
    "/",
    ".",
    ")",
    "(",
    '"',
    "<",
    "\n",
    "\u202e",
  ),
);

test("ASVS 1.2.2 joined together, the pieces are the text; and only web and mail become links", () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      const cut = linkify(text);
      expect(cut.map((piece) => piece.text).join("")).toBe(text);
      for (const { href } of cut)
        if (href) expect(["http:", "https:", "mailto:"]).toContain(new URL(href).protocol);
      for (const piece of cut) expect(piece.text).not.toBe("");
    }),
    { numRuns: 5_000 },
  );
});

test("a long hostile text takes no longer than a long friendly one", () => {
  for (const text of [
    `https://${")".repeat(16_000)}`,
    `https://a${".".repeat(16_000)}`,
    "https://".repeat(2_000),
  ]) {
    const began = performance.now();
    linkify(text);
    expect(performance.now() - began).toBeLessThan(200);
  }
});
