import { existsSync } from "node:fs";
import { attempt, canInstall, install, type Run } from "./debian.ts";
import { findProgram } from "./find-program.ts";
import { run } from "./setup.ts";

/** Programs some tests need, with the Debian package and, where there is one, the service each brings. */
const companions = [
  { program: "haproxy", package: "haproxy", service: "haproxy" },
  { program: "caddy", package: "caddy", service: "caddy" },
  { program: "ip", package: "iproute2", service: null },
];

interface Deps {
  find(program: string): string | null;
  canInstall(): boolean;
  run: Run;
  systemd: boolean;
}

const here: Deps = {
  find: findProgram,
  canInstall,
  run,
  systemd: existsSync("/run/systemd/system"),
};

/** Installs the outside programs that tests use, those that are missing and where that is possible. Tests without theirs are skipped, by name. */
export async function ensureCompanions(around: Deps = here): Promise<void> {
  const missing = companions.filter(({ program }) => around.find(program) === null);
  if (missing.length === 0 || !around.canInstall()) return;
  const packages = missing.map((each) => each.package);
  if (!(await install("Companions", packages, around.run))) {
    // One that this release does not have keeps apt from installing the others with it.
    for (const each of packages) await install("Companions", [each], around.run);
  }
  const installed = missing.filter(({ program }) => around.find(program) !== null);
  const services = installed.map(({ service }) => service).filter((service) => service !== null);
  if (around.systemd && services.length > 0)
    await attempt("Companions", "leaving them off", ["systemctl", "disable", ...services], around.run);
}
