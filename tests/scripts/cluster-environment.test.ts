import { beforeEach, expect } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Balancer, balancerEnv } from "../../scripts/cluster/balancer.ts";
import { freePort } from "../../scripts/cluster/ports.ts";
import { startCluster } from "../../scripts/cluster/start.ts";
import { parseConfig } from "../../server/config/environment.ts";
import { withProgram } from "../support/companions.ts";
import { temporaryFolder } from "../support/folder.ts";
import { dropDatabase, emptyDatabase } from "../support/postgres.ts";

let top: string;
beforeEach(() => {
  top = temporaryFolder();
});

/** The path of a program that writes down its environment and becomes another. */
function nudging(name: string, program: string): string {
  const path = join(top, name);
  writeFileSync(path, `#!/bin/sh\nenv > '${path}.env'\nexec '${program}' "$@"\n`, { mode: 0o700 });
  return path;
}

/** The names in the environment that a program wrote down, besides those of the shell's own making. */
const said = (name: string) =>
  readFileSync(join(top, `${name}.env`), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.slice(0, line.indexOf("=")))
    .filter((each) => !["PWD", "OLDPWD", "SHLVL", "_"].includes(each))
    .toSorted();

async function runs(kind: Balancer, program: string): Promise<void> {
  const port = await freePort();
  const env = { DATA_DIR: top, HOST: "127.0.0.1", PORT: String(port), DRAIN_SECONDS: "1" };
  const url = await emptyDatabase();
  const cluster = await startCluster({
    config: { ...parseConfig(env), postgres: { url, connections: 8 } },
    machine: { hostname: "localhost", interfaces: {} },
    nodes: 1,
    balancer: { kind, program: nudging("front", program) },
  });
  await cluster.stop();
  await dropDatabase(url);
  const theirs = balancerEnv({ host: "127.0.0.1", port, files: top, nodes: [""] });
  expect(said("front")).toEqual(["PATH", ...Object.keys(theirs)].toSorted());
}

for (const kind of ["haproxy", "caddy"] as const)
  withProgram(
    kind,
    `ASVS 13.2.2 13.3.1 ${kind} is told what is its own, and not the password of the database`,
    (program) => runs(kind, program!),
    30_000,
  );
