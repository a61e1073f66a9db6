import { ensureBrowser } from "./browser.ts";
import { ensureCompanions } from "./companions.ts";
import { command, continueIn, ensureClient, ensureDependencies } from "./setup.ts";

// All tests from a fresh clone. What is given on the command line goes to `bun test`.
await command(async () => {
  await ensureDependencies();
  await ensureBrowser();
  await ensureCompanions();
  await ensureClient();
  // A busy machine may take its time; what hangs still ends.
  return await continueIn(["test", "--timeout", "30000", ...Bun.argv.slice(2)]);
});
