import { expect, test } from "bun:test";
import { canSeparate } from "./network.ts";
import { run } from "./run.ts";
import { type FaultKind, faultKinds, isFault, schedule } from "./schedule.ts";
import { seed, short } from "./short.ts";

// One short run for every change; CI and whoever wants to know more runs it for longer: bun run chaos --minutes 2

const without = new Set<FaultKind>(canSeparate() ? [] : ["cut"]);
for (const kind of without) console.warn(`skipped: the fault ${kind} in the short run of chaos`);
const kinds = faultKinds.filter((kind) => !without.has(kind));

test(`under faults of all kinds nothing is lost, doubled or shown to the wrong people (CHAOS_SEED=${seed})`, async () => {
  const { options, lines } = short({ kinds });
  const { acknowledged, injected, broken } = await run(options);
  if (broken.length > 0) console.error(lines.join("\n"));
  expect(broken).toEqual([]);
  // How many fit into a short run is up to its seed: a rolling restart alone may fill it.
  const planned = schedule({ seed, ms: options.ms, nodes: options.nodes, kinds, revoked: [] });
  expect(injected).toBe(planned.filter(({ kind }) => isFault(kind)).length);
  expect(injected).toBeGreaterThan(0);
  expect(acknowledged).toBeGreaterThan(300);
}, 90_000);
