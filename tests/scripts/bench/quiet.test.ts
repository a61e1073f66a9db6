import { expect, test } from "bun:test";
import { availableParallelism } from "node:os";
import { disturbance } from "../../../scripts/bench/quiet.ts";

test("who takes the cores away from what is measured is told of", async () => {
  const busy = "console.log('started'); for (;;);";
  const others = Array.from({ length: availableParallelism() }, () =>
    Bun.spawn([process.execPath, "-e", busy], { stdio: ["ignore", "pipe", "inherit"] }),
  );
  for (const { stdout } of others) await stdout.getReader().read();
  const found = await disturbance("now");
  for (const other of others) other.kill("SIGKILL");
  expect(found).toMatch(/^OTHER PROGRAMS HAD \d+ % OF THE CORES now: /);
});
