import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../server/config.ts";
import { findBrowser } from "../tests/support/browser.ts";
import { run, SetupError } from "./setup.ts";

/** Sees to it that the tests find a browser, installing one where that is possible. Throws a SetupError that says what to install. */
export async function ensureBrowser(): Promise<void> {
  if (Bun.env.CHROME_PATH || usable()) return findOrExplain();
  if (process.getuid?.() === 0 && isDebian()) {
    await run("Browser", "installing Debian's chromium", ["apt-get", "update"]).catch(reportAndGoOn);
    const install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"];
    await run("Browser", "unpacking it", install).catch(reportAndGoOn);
    if (usable()) return;
  }
  const playwright = join(projectRoot, "node_modules", "playwright-core", "cli.js");
  await run("Browser", "downloading one with Playwright", [
    process.execPath,
    playwright,
    "install",
    "chromium",
  ]).catch(reportAndGoOn);
  findOrExplain();
}

/** On some systems the package only leaves a script that asks for another installation, so the browser has to answer. */
function usable(): boolean {
  try {
    const path = findBrowser();
    return process.platform !== "linux" || Bun.spawnSync([path, "--version"]).exitCode === 0;
  } catch {
    return false;
  }
}

function findOrExplain(): void {
  try {
    findBrowser();
  } catch (error) {
    throw new SetupError((error as Error).message);
  }
}

function isDebian(): boolean {
  const release = "/etc/os-release";
  return existsSync(release) && /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync(release, "utf8"));
}

/** The next way may work; whether one did is asked at the end. */
function reportAndGoOn(error: Error): void {
  console.error(error.message);
}
