import type { System } from "../../../web/transport/system.ts";
import { clock } from "../../support/clock.ts";

/** Counted across all: names that two tabs choose differ, as they do in the world. */
let names = 0;

/** The client's surroundings with a time that the test moves, and names that can be told apart. */
export function fakeSystem(start?: number) {
  const { now, after, advance, leap } = clock(start);
  const newId = () => `00000000-0000-4000-8000-${String(++names).padStart(12, "0")}`;
  const newSecret = () => String(++names).padStart(43, "S");
  const system: System = { now, after, chance: () => 0, newId, newSecret };
  return Object.assign(system, { advance, leap });
}
