import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import ts from "typescript";
import * as v from "valibot";
import { projectRoot } from "../../server/config/environment.ts";
import type { ErrorBody } from "../../server/protocol/errors.ts";
import { routeList } from "../support/route-rows.ts";
import { isProduct, sources, textOf } from "../support/sources.ts";
import { stage } from "../support/stage.ts";

const { alice, contents } = stage({ once: true, clock: true, people: { alice: "owner", bob: "member" } });

/** What a language that is free with types would take for the same value. */
function lookalikes(value: unknown): unknown[] {
  if (typeof value === "string") return [[value], { toString: value }, { 0: value }, 0, true, false, null];
  if (typeof value === "number")
    return [String(value), `${value}.0`, [value], { valueOf: value }, value + 0.5, true, null];
  if (value !== null && typeof value === "object") return [JSON.stringify(value), [value], true, 1];
  return [];
}

/** An object again and again, each time with one value in it, however deep, that is of another type. */
function juggled(good: Record<string, unknown>): Record<string, unknown>[] {
  return Object.entries(good).flatMap(([name, value]) => {
    const inside =
      value !== null && typeof value === "object" && !Array.isArray(value)
        ? juggled(value as Record<string, unknown>)
        : [];
    return [...lookalikes(value), ...inside].map((other) => ({ ...good, [name]: other }));
  });
}

describe("ASVS 15.3.5 no value is taken for one of another type", () => {
  for (const { method, path: route, address, body, schema } of routeList) {
    if (!body || !schema) continue;
    test(`${method} ${route}`, async () => {
      expect(v.is(schema, body)).toBe(true);
      const before = contents();
      for (const given of juggled(body)) {
        // Of some, null says that there is no bound.
        if (Object.values(given).includes(null) && v.is(schema, given)) continue;
        const response = await alice.fetch(method, address, given);
        const { error } = (await response.json()) as ErrorBody;
        expect([given, response.status, error.code]).toEqual([given, 400, "invalid"]);
      }
      expect(contents()).toEqual(before);
    });
  }

  test("nor in the program, whose types are checked strictly and whose comparisons convert nothing", async () => {
    const { compilerOptions } = await Bun.file(join(projectRoot, "tsconfig.json")).json();
    expect(compilerOptions.strict).toBe(true);
    const programs = sources.filter((path) => isProduct(path) && path.endsWith(".ts"));
    expect(programs.length).toBeGreaterThan(250);
    expect(programs.filter(comparesLoosely)).toEqual([]);
  });
});

function comparesLoosely(path: string): boolean {
  const converting = [ts.SyntaxKind.EqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsToken];
  const looks = (node: ts.Node): boolean =>
    // With null it asks whether there is anything, and converts nothing.
    (ts.isBinaryExpression(node) &&
      converting.includes(node.operatorToken.kind) &&
      node.right.kind !== ts.SyntaxKind.NullKeyword) ||
    (ts.forEachChild(node, (child) => looks(child) || undefined) ?? false);
  return looks(ts.createSourceFile(path, textOf.get(path)!, ts.ScriptTarget.Latest, true));
}
