import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { linkTokens } from "../../server/auth/link-tokens.ts";
import { ensureCertificate, type ServerCertificate } from "../../server/certificates/ensure.ts";
import { selfMadeFiles } from "../../server/certificates/files.ts";
import type { Interfaces } from "../../server/certificates/names.ts";
import type { Config } from "../../server/config/environment.ts";
import { loadSecrets, type Secrets } from "../../server/config/secrets.ts";
import { tellCertificate } from "../../server/logging/announcement.ts";
import { progress } from "../../server/logging/progress.ts";
import { DatabaseError } from "../../server/store/postgres/failures.ts";
import { openPostgres } from "../../server/store/postgres/open.ts";
import { postgresStore } from "../../server/store/postgres/store.ts";
import { SetupError } from "../setup.ts";

interface Wanted {
  /** The folder that all nodes share. */
  dataDir: string;
  /** A certificate of one's own, which the browsers are shown. Between balancer and nodes it is always the self-made one. */
  tls: Config["tls"];
  hostname: string;
  interfaces: Interfaces;
  databaseUrl: string;
  /** Where the balancer finds its files. */
  balancerFiles: string;
}

interface Prepared {
  certificate: ServerCertificate;
  setUpToken: string | null;
}

/**
 * Makes once what several nodes would otherwise make each for itself, at the same time: the certificate, the secrets and
 * the tables. What is there is kept. Gives the certificate that browsers are shown, and the token of the set-up link while
 * the chat is not set up.
 */
export async function prepare(wanted: Wanted): Promise<Prepared> {
  const { dataDir, tls, hostname, interfaces } = wanted;
  const about = { dataDir, hostname, interfaces, now: Date.now() };
  const inside = await ensureCertificate({ ...about, tls: null });
  const shown = tls ? await ensureCertificate({ ...about, tls }) : inside;
  tellCertificate(shown);
  await writeBalancerFiles(wanted.balancerFiles, shown, dataDir);
  return { certificate: shown, setUpToken: await ensureTablesAndSecrets(wanted) };
}

/** HAProxy takes certificate and key as one file. The keys of the authority and of the passwords are not for a balancer. */
async function writeBalancerFiles(folder: string, { pair }: ServerCertificate, dataDir: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority = await Bun.file(selfMadeFiles(dataDir).authority.cert).text();
  for (const [name, text] of [
    ["certificate.pem", `${pair.cert.trimEnd()}\n${pair.key}`],
    ["authority.pem", authority],
  ] as const) {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    chmodSync(path, 0o600);
  }
}

async function ensureTablesAndSecrets({ databaseUrl, dataDir }: Wanted): Promise<string | null> {
  const database = await openPostgres({ url: databaseUrl, connections: 2 }, console.error).catch((error) => {
    throw error instanceof DatabaseError ? new SetupError(error.message) : error;
  });
  progress("Database", "up to date");
  try {
    const [found] = await database.sql`select exists (select from users) as accounts`;
    const { pepper } = readSecrets(join(dataDir, "secrets.json"), found.accounts);
    const settings = await postgresStore(database, { origin: "cluster", now: Date.now }).settings.read();
    return settings === null ? linkTokens(pepper).setUp(database.epoch) : null;
  } finally {
    await database.close();
  }
}

function readSecrets(path: string, hasAccounts: boolean): Secrets {
  try {
    return loadSecrets(path, hasAccounts);
  } catch (error) {
    throw new SetupError(error instanceof Error ? error.message : String(error));
  }
}
