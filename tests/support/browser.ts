import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { posix, win32 } from "node:path";
import type { Browser } from "playwright-core";

// The packages are loaded when a browser starts, not before: the test command looks for one on a clone with nothing installed.

/** Where Playwright keeps the browser it downloaded, null while there is no Playwright. */
export function downloaded(): string | null {
  try {
    return createRequire(import.meta.url)("playwright-core").chromium.executablePath();
  } catch {
    return null; // Not installed yet, or no download exists for this system.
  }
}

/** The path of a browser for the tests: CHROME_PATH, an installed Chromium, Chrome or Edge, or Playwright's. Throws a sentence that says what to install. */
export function findBrowser(): string {
  const chosen = process.env.CHROME_PATH;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new Error(`CHROME_PATH is ${JSON.stringify(chosen)}, and there is no such file.`);
  }
  const found = [...installed(), downloaded() ?? ""].find((path) => existsSync(path));
  if (found) return found;
  throw new Error(
    "The tests need a browser. Install Chromium, Chrome or Edge (on Debian: apt-get install chromium), or give the path of one in CHROME_PATH.",
  );
}

/** Starts the browser without a window. Self-made certificates are accepted; contexts need nothing for it. */
export async function launch(...more: string[]): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  return await chromium.launch({ executablePath: findBrowser(), args: [...quiet, ...more] });
}

const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--ignore-certificate-errors",
];

function installed(): string[] {
  const { platform, env } = process;
  if (platform === "darwin")
    return ["Chromium", "Google Chrome", "Microsoft Edge"].flatMap((app) =>
      ["/Applications", posix.join(homedir(), "Applications")].map(
        (folder) => `${folder}/${app}.app/Contents/MacOS/${app}`,
      ),
    );
  if (platform === "win32")
    return [
      "Chromium\\Application\\chrome.exe",
      "Google\\Chrome\\Application\\chrome.exe",
      "Microsoft\\Edge\\Application\\msedge.exe",
    ].flatMap((program) =>
      [env.ProgramFiles, env["ProgramFiles(x86)"], env.LOCALAPPDATA]
        .filter((folder) => folder !== undefined)
        .map((folder) => win32.join(folder, program)),
    );
  const names = [
    // The same engine without what would draw a window takes half of the processor's time.
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "microsoft-edge-stable",
    "microsoft-edge",
  ];
  const folders = [...(env.PATH ?? "").split(":"), "/usr/bin", "/snap/bin"].filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => posix.join(folder, name)));
}
