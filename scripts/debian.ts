import { existsSync, readFileSync } from "node:fs";
import { run } from "./setup.ts";

/** Whether packages can be installed here: as root, on Debian or what comes from it. */
export function canInstall(): boolean {
  return process.getuid?.() === 0 && isDebian();
}

/** Whether the packages this machine knows of include this one; asks no one else. */
export function isOffered(name: string): boolean {
  return Bun.spawnSync(["apt-cache", "show", name]).exitCode === 0;
}

let updated: Promise<boolean> | null = null;

/** Installs packages, if that works, which it gives. The list of what there is, is fetched once. */
export async function install(step: string, packages: readonly string[]): Promise<boolean> {
  updated ??= attempt(step, "looking for Debian's", ["apt-get", "update"]);
  await updated;
  const program = [...quietly, "apt-get", "install", "-y", "--no-install-recommends", ...packages];
  return await attempt(step, "installing Debian's", program);
}

/** Packages ask nothing and start no services: the tests start what they need themselves. */
const quietly = ["env", "DEBIAN_FRONTEND=noninteractive", "SYSTEMD_OFFLINE=1", "RUNLEVEL=1"];

/** When one way fails the next may work, so this only tells. */
export async function attempt(step: string, doing: string, program: readonly string[]): Promise<boolean> {
  try {
    await run(step, doing, program);
    return true;
  } catch (error) {
    console.error((error as Error).message);
    return false;
  }
}

function isDebian(): boolean {
  const release = "/etc/os-release";
  return existsSync(release) && /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync(release, "utf8"));
}
