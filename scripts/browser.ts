import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../server/config/environment.ts";
import { downloaded, findBrowser } from "../tests/support/browser.ts";
import { attempt, canInstall, install, isOffered } from "./debian.ts";
import { SetupError } from "./setup.ts";

/** Sees to it that the tests find a browser, installing one where that is possible. Throws a SetupError that says what to install. */
export async function ensureBrowser(): Promise<void> {
  const there = found();
  const isThere = answers(there);
  if (Bun.env.CHROME_PATH && !isThere)
    throw new SetupError(`CHROME_PATH is ${Bun.env.CHROME_PATH}, which does not start.`);
  // Where it costs nobody a question, the tests get the browser they are fastest with.
  const couldBeFaster = !Bun.env.CHROME_PATH && !there?.endsWith(shell) && canInstall() && isOffered(shell);
  if (isThere && !couldBeFaster) return;

  if (canInstall()) {
    if (!(await install("Browser", [shell, "openssl"])) && !isThere)
      await install("Browser", ["chromium", "openssl"]);
    if (answers(found())) return;
  }
  const playwright = join(projectRoot, "node_modules", "playwright-core", "cli.js");
  await attempt("Browser", "downloading Playwright's", [process.execPath, playwright, "install", "chromium"]);
  const path = downloaded();
  if (!answers(path)) throw new SetupError(missing);
  process.env.CHROME_PATH = path!; // Before an installed one that does not start.
}

/** Chromium without what draws a window, as Debian calls it. */
const shell = "chromium-headless-shell";

const missing =
  "The tests need a browser, and none could be installed. Install Chromium, Chrome or Edge (on Debian: apt-get install chromium), or give the path of one in CHROME_PATH.";

function found(): string | null {
  try {
    return findBrowser();
  } catch (error) {
    if (Bun.env.CHROME_PATH) throw new SetupError((error as Error).message);
    return null;
  }
}

/** On some systems the package only leaves a script that asks for another installation. On others, asking opens a window. */
function answers(browser: string | null): boolean {
  if (browser === null || !existsSync(browser)) return false;
  if (process.platform !== "linux") return true;
  try {
    return Bun.spawnSync([browser, "--version"]).exitCode === 0;
  } catch {
    return false; // Not a program at all.
  }
}
