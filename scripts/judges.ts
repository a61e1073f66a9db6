import { command, continueIn, ensureClient, ensureDependencies } from "./setup.ts";

// What judges of others say of a server of ours, which is started for them. What cannot be had is skipped, by name.
await command(async () => {
  if (await ensureDependencies("everything")) return await continueIn(["scripts/judges.ts"]);
  await ensureClient();
  const { hear } = await import("./judges/hearing.ts");
  return (await hear()) === 0 ? 0 : 1;
});
