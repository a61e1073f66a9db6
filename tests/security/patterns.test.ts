import { describe, expect, test } from "bun:test";
import ts from "typescript";
import { isProduct, sources, textOf } from "../support/sources.ts";

/** Twice as long as the longest message. */
const long = 32_768;
const soon = 100;
/** Where what is looked at was cut before. */
const cut: Record<string, number> = {
  "server/auth/providers/suggested-name.ts": 200,
  "web/chat/plain-text.ts": 600,
};

/** Every pattern that stands in a file of the product. */
function patternsIn(path: string): RegExp[] {
  const text = path.endsWith(".svelte") ? scriptOf(textOf.get(path)!) : textOf.get(path)!;
  const found: RegExp[] = [];
  const look = (node: ts.Node) => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      // A sticky one looks at one place alone, here at the first.
      found.push(new RegExp(node.text.slice(1, end), node.text.slice(end + 1).replace("g", "")));
    }
    ts.forEachChild(node, look);
  };
  look(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  return found;
}

const scriptOf = (component: string): string =>
  [...component.matchAll(/<script[^>]*>(.*?)<\/script>/gs)].map(([, script]) => script).join("\n");

/** Texts that repeat what a pattern looks for, and then are something else: what makes one try every way there is. */
function* twisted({ source }: RegExp, most: number): Generator<string> {
  const signs = new Set([..."aA0-. _@:/\\\"'<>()[]{}!,;#%&\n\t\u00e9\u200b\u0301", ...source]);
  const words = source.match(/\w{2,}/g) ?? [];
  const pieces = [...signs, ...words, "a.", "a-", "0.", "a@", " a", "aA0", "..a", "https://a"];
  const starts = ["", "https://", "mailto:", "a", "1-", "direct:1:"];
  for (const length of [24, Math.min(most, 1000), most])
    for (const piece of pieces)
      for (const start of length === most ? ["", "https://"] : starts)
        for (const end of ["", "\0", "a!"])
          yield start + piece.repeat(Math.ceil(length / piece.length)).slice(0, length) + end;
}

/** The text on which a pattern takes too long, each time it is tried; null when there is none. */
function slowOn(pattern: RegExp, most = long): string | null {
  for (const text of twisted(pattern, most))
    if ([1, 2, 3].every(() => timeOf(pattern, text) > soon)) return text.slice(0, 40);
  return null;
}

function timeOf(pattern: RegExp, text: string): number {
  const before = performance.now();
  pattern.lastIndex = 0;
  pattern.test(text);
  return performance.now() - before;
}

describe("ASVS 1.3.12 no pattern takes long on a twisted text", () => {
  const withPatterns = sources.filter(isProduct).map((path) => [path, patternsIn(path)] as const);

  test("this would find one", () => {
    expect(slowOn(/^(a+)+$/)).not.toBeNull();
    // Half as long is slow enough; this one takes four times as long for twice the length.
    expect(slowOn(/[._-]+$/, long / 2)).not.toBeNull();
    expect(withPatterns.flatMap(([, patterns]) => patterns).length).toBeGreaterThan(40);
  }, 30_000);

  for (const [path, patterns] of withPatterns) {
    if (patterns.length === 0) continue;
    test(path, () => {
      const slow = patterns.map((pattern) => [String(pattern), slowOn(pattern, cut[path])]);
      expect(slow.filter(([, text]) => text !== null)).toEqual([]);
    }, 30_000);
  }
});
