import { afterEach, describe, expect, test } from "bun:test";
import { flushSync, mount, unmount } from "svelte";
import StrengthMeter from "../../../web/entry/StrengthMeter.svelte";
import { inDocument } from "../../support/dom.ts";

inDocument();

let shown: Record<string, unknown> | null = null;
afterEach(async () => {
  if (shown) await unmount(shown);
  shown = null;
});
type Reading = { level: 0 | 1 | 2 | 3 | 4 | null; name: string; enough: boolean; advice: string };
function show(reading: Reading | null) {
  shown = mount(StrengthMeter, { target: document.body, props: { reading } });
  flushSync();
  const said = document.querySelector("[role=status]")!;
  return {
    said: said.textContent!.replace(/\s+/g, " ").trim(),
    steps: document.querySelectorAll(".steps span").length,
    reached: document.querySelectorAll(".steps .reached").length,
    enough: document.querySelector(".steps.enough") !== null,
  };
}

describe("the strength meter", () => {
  test("a step is told by words and by a number of bars, not by colour alone", () => {
    const weak = { level: 1, name: "Weak", enough: false, advice: "Add a word." } as const;
    expect(show(weak)).toEqual({ said: "Weak. Add a word.", steps: 5, reached: 2, enough: false });
  });

  test("what is enough looks so", () => {
    const good = { level: 3, name: "Good", enough: true, advice: "One more." } as const;
    expect(show(good)).toEqual({ said: "Good. One more.", steps: 5, reached: 4, enough: true });
  });

  test("the place where it is said aloud is there before there is anything to say", () => {
    expect(show(null)).toEqual({ said: "", steps: 0, reached: 0, enough: false });
  });

  test("where it cannot be told, there are no bars", () => {
    const unknown = { level: null, name: "", enough: false, advice: "It cannot be told." };
    expect(show(unknown)).toEqual({ said: "It cannot be told.", steps: 0, reached: 0, enough: false });
  });
});
