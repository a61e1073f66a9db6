import { parseConfig } from "../server/config.ts";
import { command, continueIn, ensureClient, ensureDependencies } from "./setup.ts";

// One command from a fresh clone to a running server. What is done already is skipped.
await command(async () => {
  parseConfig(Bun.env); // Only to complain before any slow work; main.ts reads it for itself.
  const installed = await ensureDependencies();
  await ensureClient();
  if (installed) return await continueIn(["server/main.ts"]);
  await import("../server/main.ts");
  return undefined; // The server runs on; it ends the process itself.
});
