import { command, continueIn, ensureDependencies } from "./setup.ts";

// Writes the parts of server/PROTOCOL.md that are made from the sources: commands, events, routes, errors, rights, limits.
await command(async () => {
  if (await ensureDependencies("everything")) return await continueIn(["scripts/docs.ts"]);
  const { protocolDocument, writtenProtocol } = await import("./docs/protocol.ts");
  await Bun.write(protocolDocument, await writtenProtocol());
  return 0;
});
