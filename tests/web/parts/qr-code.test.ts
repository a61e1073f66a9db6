import { afterEach, expect, test } from "bun:test";
import { type Component, flushSync, mount, unmount } from "svelte";
import { encode } from "uqr";
import QrCode from "../../../web/parts/QrCode.svelte";
import { inDocument } from "../../support/dom.ts";

inDocument();

let shown: Record<string, unknown> | null = null;
afterEach(async () => {
  if (shown) await unmount(shown);
  shown = null;
});

test("a QR code is what the library made of the text, drawn dark on light with nothing around it", () => {
  const text = "https://192.168.1.5:5000/join#17-Zm9vYmFyYmF6cXV4cXV1eA";
  shown = mount(QrCode as Component, { target: document.body, props: { text, label: "Invitation" } });
  flushSync();
  const svg = document.querySelector("svg")!;
  const { size, data } = encode(text, { ecc: "M", border: 4 });
  expect(svg.getAttribute("viewBox")).toBe(`0 0 ${size} ${size}`);
  expect([svg.getAttribute("role"), svg.getAttribute("aria-label")]).toEqual(["img", "Invitation"]);

  const dark = new Set<string>();
  for (const [, x, y, width] of svg
    .querySelector("path")!
    .getAttribute("d")!
    .matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let at = 0; at < Number(width); at++) dark.add(`${Number(x) + at},${y}`);
  const wanted = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`${x},${y}`] : [])));
  expect([...dark].toSorted()).toEqual(wanted.toSorted());
  expect([
    svg.querySelector("rect")!.getAttribute("fill"),
    svg.querySelector("path")!.getAttribute("fill"),
  ]).toEqual(["#fff", "#000"]);
  expect(svg.outerHTML).not.toContain("style=");
});
