import { type EnginePage, ensureDrivers, openFirefox, openWebKit } from "./engines.ts";
import { type Judged, manyLines } from "./judged-server.ts";
import { skipped, type Verdict, verdict } from "./verdict.ts";

export const firefox = (server: Judged) => judged("Firefox", openFirefox, server);
export const webkit = (server: Judged) => judged("WebKit", openWebKit, server);

async function judged(
  judge: string,
  open: () => Promise<EnginePage | null>,
  server: Judged,
): Promise<Verdict> {
  const failure = await ensureDrivers();
  if (failure !== null) return skipped(judge, failure);
  const page = await open();
  if (page === null) return skipped(judge, "it cannot be installed here");
  const done: string[] = [];
  try {
    await walk(page, judge, server, (step) => void done.push(step));
    return verdict(judge, done.join(", "), []);
  } catch (error) {
    return verdict(judge, done.join(", ") || "nothing", [(error as Error).message]);
  } finally {
    await page.close();
  }
}

const patience = 20_000;

/** What people do every day, once. Whatever a step leads to is waited for in the page. */
async function walk(
  page: EnginePage,
  judge: string,
  { port, account, restart }: Judged,
  did: (step: string) => void,
) {
  async function until(what: string, expression: string): Promise<void> {
    const end = Date.now() + patience;
    while (!(await page.evaluate<boolean>(`Boolean(${expression})`))) {
      if (Date.now() > end) throw new Error(`It waited in vain for ${what}.`);
      await Bun.sleep(100);
    }
  }
  const one = (selector: string) => `document.querySelector(${JSON.stringify(selector)})`;
  /** Presses what a pointer has to be over to see. */
  const press = async (what: string, element: string) => {
    await until(what, element);
    await page.evaluate(`(${element}.click(), true)`);
  };
  const says = (text: string) =>
    `[...document.querySelectorAll("[role=log] article:not(.pending)")].find((each) => each.innerText.includes(${JSON.stringify(text)}))`;
  const write = async (text: string) => {
    await page.click("form textarea");
    await page.type(text);
    await page.press("Enter");
    await until(`"${text}"`, says(text));
  };

  await page.open(`https://localhost:${port}/login`);
  await until("the form", one("input[autocomplete~=username]"));
  await page.click("input[autocomplete~=username]");
  await page.type(account.name);
  await page.click("input[type=password]");
  await page.type(account.password);
  await page.press("Enter");
  await until("the chat", one("[role=log] article"));
  did("logs in");

  const far = `${one("[role=log]")}`;
  const first = says("line 1 of many");
  for (let tries = 0; !(await page.evaluate(`Boolean(${first})`)) && tries < 100; tries++) {
    await page.evaluate(`(${far}.scrollTop = 0, true)`);
    await Bun.sleep(100);
  }
  await until("the first of many lines", first);
  await press(
    "the way back",
    `[...document.querySelectorAll("button")].find((each) => each.innerText.includes("Jump to latest"))`,
  );
  await until("the latest line", says(`line ${manyLines} of many`));
  did("scrolls far up and back");

  await press("a room", one('a[href^="/c/room:"]'));
  await until("the room", `location.pathname.startsWith("/c/room:") && ${one("[role=log] article")}`);
  const text = `written in ${judge}`;
  await write(text);
  did("writes in a room");

  const own = says(text);
  await press("the way to reply", `${own}.querySelector('[aria-label^="Reply to"]')`);
  await write(`a reply in ${judge}`);
  await until("the quote", `${says(`a reply in ${judge}`)}.querySelector("button, blockquote, a")`);
  did("replies");

  await press("the way to react", `${own}.querySelector('[aria-label^="React to"]')`);
  await press("an emoji", one("[role=dialog][aria-label=Emoji] section button"));
  await until("the reaction", `${own}.querySelector('[aria-label=Reactions]')`);
  did("reacts");

  await press("the way to edit", `${own}.querySelector('[aria-label="Edit your message"]')`);
  await until("the text to edit", `${one("form textarea")}.value === ${JSON.stringify(text)}`);
  await page.click("form textarea");
  await page.type(`, edited in ${judge}`);
  await page.press("Enter");
  await until("the edited text", says(`, edited in ${judge}`));
  did("edits");

  await restart();
  await write(`back in ${judge}`);
  did("returns after a loss of the connection");
}
