import { join } from "node:path";
import type { Interfaces } from "../../server/certificates/names.ts";
import { parseConfig } from "../../server/config/environment.ts";
import { command, SetupError } from "../setup.ts";
import { prepare } from "./prepare.ts";

// Runs once before the nodes of compose.yaml do. A container knows nothing of the names of the machine it runs on, so the
// certificate is made for the addresses that people open.
await command(async () => {
  const { dataDir, tls, origins, postgres } = parseConfig(Bun.env);
  if (!postgres) throw new SetupError("DATABASE_URL is missing: the nodes share a PostgreSQL.");
  if (!origins) throw new SetupError("ORIGINS is missing: the addresses at which people open the chat.");
  const hosts = origins.map((origin) => new URL(origin).hostname.replace(/^\[|\]$/g, ""));
  await prepare({
    dataDir,
    tls,
    hostname: hosts.find((host) => /[a-z]/.test(host) && !host.includes(":")) ?? "localhost",
    interfaces: { opened: hosts.map(interfaceOf) },
    databaseUrl: postgres.url,
    balancerFiles: join(dataDir, "balancer"),
  });
  return 0;
});

function interfaceOf(address: string) {
  return { address, internal: false } as NonNullable<Interfaces[string]>[number];
}
