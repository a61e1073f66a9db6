import type { Browser, BrowserContext } from "playwright-core";
import { findBrowser, launch } from "../../../tests/support/browser.ts";
import { Visitor } from "../../../tests/support/visitor.ts";
import { ensureBrowser } from "../../browser.ts";
import { ensureClient } from "../../setup.ts";
import { type Contender, startOurs } from "../contenders.ts";
import type { Ground } from "../ground.ts";
import { atMost, type Line, type Section } from "../report.ts";
import { inRounds, median, ratio } from "../rounds.ts";
import { makeServerFolder, password, type ServerFolder } from "../server-folder.ts";
import { removeFolder } from "../temporary.ts";

const few = 100;
const many = 100_000;
const people = 5;
/** A reader who scrolls fast: some 4,000 pixels a second. */
const step = 70;
const frames = 240;

/** What a browser needs to open a conversation and to scroll up in it, as its history grows a thousandfold. */
export async function longLog(ground: Ground): Promise<Section> {
  await ensureClient();
  await ensureBrowser();
  const browser = await launch();
  const [atFew, atMany] = [await open(ground, browser, few), await open(ground, browser, many)];
  for (const at of [atFew, atMany]) await read(at);
  const readings = { few: [] as Reading[], many: [] as Reading[] };
  await inRounds(ground.quick ? 3 : 9, {
    few: async () => readings.few.push(await read(atFew)),
    many: async () => readings.many.push(await read(atMany)),
  });
  const lines = Object.entries(named).map(([name, what]): Line => {
    const numbers = (of: Reading[]) => of.map((reading) => reading[name as keyof Reading]);
    const measured = { few: numbers(readings.few), many: numbers(readings.many) };
    const growth = ratio(measured, "many", "few");
    return {
      what,
      numbers: { "at 100": median(measured.few), "at 100,000": median(measured.many), growth },
      reaches: name === "work" ? [] : [atMost(growth, 1.2, "≤ 1.2 ×")],
    };
  });
  await browser.close();
  for (const { contender, folder } of [atFew, atMany]) {
    await contender.server.stop();
    removeFolder(folder.dataDir);
  }
  const notes = [`${findBrowser().split("/").at(-1)} ${browser.version()}, 1280 × 900, no window`];
  return { title: "A long log in the browser", unit: "ms", lines, notes };
}

interface Opened {
  browser: Browser;
  folder: ServerFolder;
  contender: Contender;
  origin: string;
  /** What a browser keeps of somebody who has logged in. */
  signedIn: Awaited<ReturnType<BrowserContext["storageState"]>>;
}

async function open(ground: Ground, browser: Browser, messages: number): Promise<Opened> {
  const folder = await makeServerFolder(people, messages);
  const contender = await startOurs(ground, folder);
  const origin = `https://localhost:${contender.server.port}`;
  const reader = await (await Visitor.arrive(browser, { origin }, folder.names[0]!)).logIn(password);
  await reader.log.waitFor();
  const signedIn = await reader.context.storageState();
  await reader.context.close();
  return { browser, folder, contender, origin, signedIn };
}

/** Milliseconds. */
interface Reading {
  opened: number;
  frame: number;
  work: number;
}

const named: Record<keyof Reading, string> = {
  opened: "from the address to the newest message",
  frame: "a frame while scrolling up",
  // Where there are a hundred messages all of them are in the document, so this is the price of showing others.
  work: "work of the main thread for it",
};

/** Someone opens the group with nothing cached, and scrolls up. */
async function read({ browser, origin, signedIn }: Opened): Promise<Reading> {
  const viewport = { width: 1280, height: 900 };
  const context = await browser.newContext({ viewport, storageState: signedIn });
  const page = await context.newPage();
  await page.addInitScript(noteFirstMessage);
  await page.goto(`${origin}/c/group`);
  await page.locator("[role=log] article[data-seq]").first().waitFor();
  const opened = await page.evaluate(firstMessage);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable");
  const busy = async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    return 1000 * metrics.find(({ name }) => name === "TaskDuration")!.value;
  };
  const before = await busy();
  const frame = await page.evaluate(scrollUp, { step, frames });
  const work = ((await busy()) - before) / frames;
  await context.close();
  return { opened, frame, work };
}

/** Runs in the page before all else: notes when the frame with the first messages was drawn. */
function noteFirstMessage(): void {
  const seen = new MutationObserver(() => {
    if (!document.querySelector("[role=log] article[data-seq]")) return;
    seen.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("first message")));
  });
  seen.observe(document, { childList: true, subtree: true });
}

/** Runs in the page: gives when that was, in milliseconds since the page was asked for. */
async function firstMessage(): Promise<number> {
  const drawn = () => new Promise((resolve) => requestAnimationFrame(resolve));
  for (;;) {
    const [mark] = performance.getEntriesByName("first message");
    if (mark) return mark.startTime;
    await drawn();
  }
}

/** Runs in the page: scrolls in each frame, back where there is no further, and gives what a frame took on average. */
async function scrollUp({ step, frames }: { step: number; frames: number }): Promise<number> {
  const drawn = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const log = document.querySelector<HTMLElement>("[role=log]")!;
  let by = -step;
  await drawn();
  const begun = performance.now();
  for (let frame = 0; frame < frames; frame++) {
    const before = log.scrollTop;
    log.scrollTop += by;
    if (log.scrollTop === before) by = -by;
    await drawn();
  }
  return (performance.now() - begun) / frames;
}
