import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { projectRoot } from "../../server/config/environment.ts";
import { freePort } from "../cluster/ports.ts";
import { outsideProgram, runFor } from "./outside.ts";

/** A page in a browser of another engine, and what a person can do there. */
export interface EnginePage {
  open(url: string): Promise<void>;
  /** The value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** Clicks what a selector finds, as a pointer does. */
  click(selector: string): Promise<void>;
  /** Types into what has the focus. */
  type(text: string): Promise<void>;
  press(key: "Enter" | "Escape"): Promise<void>;
  close(): Promise<void>;
}

/** Drivers bring many packages along, so they are none of the dependencies: they are fetched when they are asked for. */
const folder = join(projectRoot, "node_modules/.cache/judges/engines");
const drivers = { "puppeteer-core": "25.16.0", "selenium-webdriver": "4.49.0" };
const load = createRequire(join(folder, "package.json"));

/** Installs the drivers, without running anything of them; gives why that could not be. */
export async function ensureDrivers(): Promise<string | null> {
  const isThere = Object.keys(drivers).every((name) => existsSync(join(folder, "node_modules", name)));
  if (isThere) return null;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: drivers }));
  const asked = [process.execPath, "install", "--ignore-scripts", "--cwd", folder];
  const { code, errors } = await runFor(120, asked, process.env);
  return code === 0 ? null : `its driver could not be installed: ${errors.trim().split("\n").at(-1)}`;
}

/** Starts Firefox without a window; null where it cannot be had. */
export async function openFirefox(): Promise<EnginePage | null> {
  const executablePath = await outsideProgram(["firefox-esr", "firefox"], "firefox-esr");
  if (executablePath === null) return null;
  const { launch } = load("puppeteer-core");
  const browser = await launch({
    browser: "firefox",
    executablePath,
    headless: true,
    acceptInsecureCerts: true,
    defaultViewport: { width: 1280, height: 800 },
  });
  const page = await browser.newPage();
  return {
    open: async (url) => void (await page.goto(url)),
    evaluate: (expression) => page.evaluate(expression),
    click: (selector) => page.click(selector),
    type: (text) => page.keyboard.type(text),
    press: (key) => page.keyboard.press(key),
    close: () => browser.close(),
  };
}

/** Starts WebKit on a screen that nobody sees; null where it cannot be had. */
export async function openWebKit(): Promise<EnginePage | null> {
  const program = await outsideProgram(["WebKitWebDriver"], "webkit2gtk-driver");
  const screen = await outsideProgram(["Xvfb"], "xvfb");
  const binary = miniBrowsers.find(existsSync);
  if (program === null || screen === null || !binary) return null;
  // The screen tells its number on its standard output, once it is there.
  const xvfb = Bun.spawn([screen, "-displayfd", "1", "-screen", "0", "1280x900x24"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const display = (await lineOf(xvfb.stdout)).trim();
  // The driver hands its environment on to the browser, whose sandbox needs what a container does not give.
  const env = {
    ...process.env,
    DISPLAY: `:${display}`,
    WEBKIT_DISABLE_COMPOSITING_MODE: "1",
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
  };
  const url = `http://127.0.0.1:${await freePort()}`;
  const service = Bun.spawn([program, `--port=${new URL(url).port}`], {
    env,
    stdio: ["ignore", "ignore", "ignore"],
  });
  await answering(`${url}/status`);
  const { Builder, By, Key, Capabilities } = load("selenium-webdriver");
  const wanted = new Capabilities({
    browserName: "MiniBrowser",
    acceptInsecureCerts: true,
    "webkitgtk:browserOptions": { binary, args: ["--automation"] },
  });
  const driver = await new Builder().usingServer(url).withCapabilities(wanted).build();
  return {
    open: (to) => driver.get(to),
    evaluate: (expression) => driver.executeScript(`return (${expression})`),
    click: async (selector) => (await driver.findElement(By.css(selector))).click(),
    type: async (text) => (await driver.switchTo().activeElement()).sendKeys(text),
    press: async (key) => (await driver.switchTo().activeElement()).sendKeys(Key[key.toUpperCase()]),
    async close() {
      await driver.quit();
      service.kill();
      xvfb.kill();
    },
  };
}

const miniBrowsers = ["x86_64", "aarch64"].map(
  (machine) => `/usr/lib/${machine}-linux-gnu/webkit2gtk-4.1/MiniBrowser`,
);

/** Resolves once something answers there. */
async function answering(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await Bun.sleep(100);
  }
  throw new Error(`${url} does not answer.`);
}

async function lineOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes("\n")) break;
  }
  return text;
}
