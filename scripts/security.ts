import { command, continueIn, ensureDependencies } from "./setup.ts";

// How far the security bar is met, by what the tests are called and what the documents say. Whether the tests pass, they say themselves.
await command(async () => {
  if (await ensureDependencies("everything")) return await continueIn(["scripts/security.ts"]);
  const { giveAccount } = await import("./security/account.ts");
  return (await giveAccount()) === 0 ? 0 : 1;
});
