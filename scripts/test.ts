import { readdirSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../server/config/environment.ts";
import { ensureBrowser } from "./browser.ts";
import { ensureCompanions } from "./companions.ts";
import { command, continueIn, ensureClient, ensureDependencies } from "./setup.ts";

/** People at real browsers, which take much memory and much of the processor. */
const browsers = "journeys";
/** Nodes under faults, which have the machine to themselves: they measure time. */
const alone = "chaos";
/** A busy machine may take its time; what hangs still ends. */
const patience = ["--timeout", "30000"];

// All tests from a fresh clone. What is given on the command line goes to one `bun test`.
await command(async () => {
  await ensureDependencies("everything");
  await ensureBrowser();
  await ensureCompanions();
  await ensureClient();
  const given = Bun.argv.slice(2);
  if (given.length > 0) return await continueIn(["test", ...patience, ...given]);

  const others = readdirSync(join(projectRoot, "tests")).filter(
    (name) => ![browsers, alone, "support"].includes(name),
  );
  const atATime = (count: number) => [`--parallel=${count}`, "--no-isolate"];
  // Much of the first part waits for nodes and programs, so that it takes three files at a time to keep two cores busy; a browser
  // does that with two. More would only make nodes take a busy machine for one that is cut off.
  const parts = [[...atATime(3), ...others], [...atATime(2), browsers], [alone]];
  let worst = 0;
  for (const part of parts) {
    const given = part.map((name) => (name.startsWith("--") ? name : `./${join("tests", name)}`));
    const code = await continueIn(["test", ...patience, ...given]);
    worst = Math.max(worst, code);
    // Ctrl-C is meant for all of them.
    if (code > 128) break;
  }
  return worst;
});
