import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import type axe from "axe-core";
import type { Visitor } from "./visitor.ts";

/** The small one: it is read anew by each page. */
const source = readFileSync(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");

const narrow = 400;

/**
 * Whether everybody can use a page as it stands, or the part of it that a selector finds: axe finds nothing, and nothing
 * hangs over the edge, on a phone also with text of one and a half and of twice the size. `what` tells the states of one test apart. Axe runs within the page, which has no frames, and
 * takes a fifth of the time that it takes with its own runner.
 */
export async function judge({ page, context }: Visitor, what = "", part = "body"): Promise<void> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(source);
  const found = await page.evaluate(async (selector) => {
    const { axe: here } = window as unknown as { axe: typeof axe };
    const { violations } = await here.run(selector, { resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  }, part);
  expect([what, found, await page.evaluate(hangingOver)]).toEqual([what, [], []]);
  if ((page.viewportSize()?.width ?? 0) > narrow) return;
  const devtools = await context.newCDPSession(page);
  for (const standard of [24, 32, 16]) {
    await devtools.send("Page.setFontSizes", { fontSizes: { standard } });
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    expect([what, standard, await page.evaluate(hangingOver)]).toEqual([what, standard, []]);
  }
  await devtools.detach();
}

/** What makes the page scroll sideways, and what one has to be able to press but cannot see; runs in the page. */
function hangingOver(): string[] {
  const { scrollWidth, clientWidth } = document.documentElement;
  const isOver = (part: Element) => part.getBoundingClientRect().right > clientWidth;
  const widest = [...document.querySelectorAll("body *")].filter(
    (part) => isOver(part) && ![...part.children].some(isOver),
  );
  const over = scrollWidth > clientWidth ? widest.map(({ outerHTML }) => outerHTML.slice(0, 200)) : [];
  const parts = document.querySelectorAll<HTMLElement>("[aria-label=Send], [role=alertdialog]");
  const hidden = [...parts].filter((part) => {
    const { left, right, top, bottom } = part.getBoundingClientRect();
    return left < 0 || top < 0 || Math.floor(right) > innerWidth || Math.floor(bottom) > innerHeight;
  });
  return [...over, ...hidden.map(({ role, ariaLabel }) => `${role ?? ariaLabel}`)];
}
