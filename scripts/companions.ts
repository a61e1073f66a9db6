import { existsSync } from "node:fs";
import { attempt, canInstall, install } from "./debian.ts";
import { findProgram } from "./find-program.ts";

/** Programs some tests need, with the Debian package and, where there is one, the service each brings. */
const companions = [
  { program: "haproxy", package: "haproxy", service: "haproxy" },
  { program: "caddy", package: "caddy", service: "caddy" },
  { program: "ip", package: "iproute2", service: null },
];

/** Installs the outside programs that tests use, those that are missing and where that is possible. Tests without theirs are skipped, by name. */
export async function ensureCompanions(): Promise<void> {
  const missing = companions.filter(({ program }) => findProgram(program) === null);
  if (missing.length === 0 || !canInstall()) return;
  const packages = missing.map((each) => each.package);
  if (!(await install("Companions", packages))) {
    // One that this release does not have keeps apt from installing the others with it.
    for (const each of packages) await install("Companions", [each]);
  }
  const installed = missing.filter(({ program }) => findProgram(program) !== null);
  const services = installed.map(({ service }) => service).filter((service) => service !== null);
  if (existsSync("/run/systemd/system") && services.length > 0)
    await attempt("Companions", "leaving them off", ["systemctl", "disable", ...services]);
}
