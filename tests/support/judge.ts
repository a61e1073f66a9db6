import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import type axe from "axe-core";
import type { Visitor } from "./visitor.ts";

/** The small one: it is read anew by each page. */
const source = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/**
 * Whether everybody can use a page as it stands, or the part of it that a selector finds: axe finds nothing, and nothing
 * hangs over the edge. `what` tells the states of one test apart. Axe runs within the page, which has no frames, and
 * takes a fifth of the time that it takes with its own runner.
 */
export async function judge({ page }: Visitor, what = "", part = "body"): Promise<void> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(source);
  const found = await page.evaluate(async (selector) => {
    const { axe: here } = window as unknown as { axe: typeof axe };
    const { violations } = await here.run(selector, { resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  }, part);
  /** How far the page can be scrolled sideways: never at all. */
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect([what, found, over]).toEqual([what, [], 0]);
}
