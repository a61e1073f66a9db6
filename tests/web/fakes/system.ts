import type { System } from "../../../web/transport/system.ts";
import { clock } from "../../support/clock.ts";

/** The client's surroundings with a time that the test moves, and names that can be told apart. */
export function fakeSystem(start?: number) {
  const { now, after, advance } = clock(start);
  let names = 0;
  const newId = () => `00000000-0000-4000-8000-${String(++names).padStart(12, "0")}`;
  const system: System = { now, after, chance: () => 0, newId };
  return Object.assign(system, { advance });
}
