import { parseConfig } from "../server/config/environment.ts";
import { stopWithNpx } from "./npx.ts";
import { command, continueIn, ensureClient, ensureDependencies, stopSignals } from "./setup.ts";

// One command from a fresh clone to a running server. What is done already is skipped.
await command(async () => {
  const leave = () => process.exit(0);
  for (const signal of stopSignals) process.on(signal, leave);
  stopWithNpx();

  parseConfig(Bun.env); // Only to complain before any slow work; main.ts reads it for itself.
  const installed = await ensureDependencies("for running");
  await ensureClient();
  if (!installed) await import("../server/main.ts");

  for (const signal of stopSignals) process.off(signal, leave); // From here on it is for the server to stop in good order.
  // This process has noticed that packages were missing, and would not find them even now.
  return installed ? await continueIn(["scripts/start.ts"]) : undefined;
});
