import { describe, expect, test } from "bun:test";
import { type Deps, findBrowser } from "../support/browser.ts";

function deps(platform: NodeJS.Platform, there: string[], env: Deps["env"] = {}): Deps {
  return {
    platform,
    env,
    home: "/Users/alice",
    exists: (path) => there.includes(path),
    downloaded: () => null,
  };
}

describe("a browser for the tests is", () => {
  test("the one CHROME_PATH names, before any other", () => {
    const env = { CHROME_PATH: "/opt/chrome", PATH: "/usr/bin" };
    expect(findBrowser(deps("linux", ["/opt/chrome", "/usr/bin/chromium"], env))).toBe("/opt/chrome");
  });

  test("not silently another one when CHROME_PATH names none", () => {
    const env = { CHROME_PATH: "/opt/chrome", PATH: "/usr/bin" };
    expect(() => findBrowser(deps("linux", ["/usr/bin/chromium"], env))).toThrow(
      'CHROME_PATH is "/opt/chrome", and there is no such file.',
    );
  });

  const programFiles = { ProgramFiles: "C:\\Program Files", "ProgramFiles(x86)": "C:\\Program Files (x86)" };
  const installed: [NodeJS.Platform, string, Deps["env"]][] = [
    ["linux", "/usr/bin/chromium", {}],
    ["linux", "/snap/bin/chromium", {}],
    ["linux", "/opt/bin/google-chrome", { PATH: "/usr/local/bin:/opt/bin" }],
    ["linux", "/usr/bin/microsoft-edge-stable", { PATH: "/usr/bin" }],
    ["darwin", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", {}],
    ["darwin", "/Users/alice/Applications/Chromium.app/Contents/MacOS/Chromium", {}],
    ["win32", "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe", programFiles],
    ["win32", "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe", programFiles],
  ];
  for (const [platform, path, env] of installed)
    test(`the installed ${path}`, () => {
      expect(findBrowser(deps(platform, [path], env))).toBe(path);
    });

  test("Chromium rather than Chrome, and Chrome rather than Edge, and of Chromium what draws no window", () => {
    const all = ["microsoft-edge", "google-chrome", "chromium", "chromium-headless-shell"].map(
      (name) => `/usr/bin/${name}`,
    );
    for (const [at, path] of all.entries())
      expect(findBrowser(deps("linux", all.slice(0, at + 1)))).toBe(path);
  });

  test("Playwright's download when nothing is installed, and only when it is there", () => {
    const path = "/cache/chrome";
    expect(findBrowser({ ...deps("linux", [path]), downloaded: () => path })).toBe(path);
    expect(() => findBrowser({ ...deps("linux", []), downloaded: () => path })).toThrow();
  });

  test("asked for, with what to install, when there is none", () => {
    expect(() => findBrowser(deps("linux", []))).toThrow(
      /Install Chromium, Chrome or Edge \(on Debian: apt-get install chromium\).*CHROME_PATH/,
    );
  });
});
