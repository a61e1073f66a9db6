import { expect, test } from "bun:test";
import { hueOf, initialsOf } from "../../../web/parts/face.ts";

test("initials are the first letters of a name's parts", () => {
  const cases = {
    alice: "A",
    "mary.jane": "MJ",
    Jakob_L: "JL",
    "a-b-c": "AB",
    "...": "?",
    "Deleted user": "DU",
  };
  for (const [name, initials] of Object.entries(cases)) expect(initialsOf(name)).toBe(initials);
});

test("a name has one hue, whatever its case, and names spread over all of them", () => {
  expect(hueOf("Nora")).toBe(hueOf("nORA"));
  const hues = new Set(Array.from({ length: 300 }, (_, index) => hueOf(`user${index}`)));
  expect(hues.size).toBe(15);
  for (const hue of hues) expect(hue >= 0 && hue < 360).toBe(true);
});
