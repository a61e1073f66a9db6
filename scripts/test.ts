import { readdirSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../server/config.ts";
import { ensureBrowser } from "./browser.ts";
import { ensureCompanions } from "./companions.ts";
import { command, continueIn, ensureClient, ensureDependencies } from "./setup.ts";

/** What has the machine to itself: people at real browsers, and nodes under faults, both of which measure time. */
const alone = ["journeys", "chaos"];
/** A busy machine may take its time; what hangs still ends. */
const patience = ["--timeout", "30000"];

// All tests from a fresh clone. What is given on the command line goes to one `bun test`.
await command(async () => {
  await ensureDependencies();
  await ensureBrowser();
  await ensureCompanions();
  await ensureClient();
  const given = Bun.argv.slice(2);
  if (given.length > 0) return await continueIn(["test", ...patience, ...given]);

  const at = (name: string) => `./${join("tests", name)}`;
  const together = readdirSync(join(projectRoot, "tests")).filter(
    (name) => !alone.includes(name) && name !== "support",
  );
  // Most of them wait for something, so that two at a time take little longer than one.
  const first = await continueIn(["test", "--parallel=2", "--no-isolate", ...patience, ...together.map(at)]);
  // Ctrl-C is meant for all of them.
  if (first > 128) return first;
  return Math.max(first, await continueIn(["test", ...patience, ...alone.map(at)]));
});
