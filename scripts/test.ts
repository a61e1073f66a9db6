import { ensureBrowser } from "./browser.ts";
import { command, continueIn, ensureClient, ensureDependencies } from "./setup.ts";

// All tests from a fresh clone. What is given on the command line goes to `bun test`.
await command(async () => {
  await ensureDependencies();
  await ensureBrowser();
  await ensureClient();
  return await continueIn(["test", ...Bun.argv.slice(2)]);
});
