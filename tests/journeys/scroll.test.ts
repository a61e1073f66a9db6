import { afterAll, beforeAll, expect, test } from "bun:test";
import { isoDay } from "../../web/parts/times.ts";
import { draft } from "../server/store/conformance/ground.ts";
import { Person, password } from "../support/person.ts";
import { stage } from "../support/stage.ts";
import { phone, type Visitor } from "../support/visitor.ts";

let writer: Awaited<ReturnType<Person["enter"]>>;
/** Has been away since before the first message. */
let returner: Person;
const count = 700;
const day = 86_400_000;

const { server, visit } = stage({
  browser: true,
  env: { MESSAGES_PER_MINUTE: "100000", MESSAGE_BURST: "10000" },
});
beforeAll(async () => {
  writer = await (await new Person(server, "writer").register()).enter();
  returner = await new Person(server, "returner").withKey().register();
  // Half of them over ten days, the other half today.
  const from = Date.now() - 10 * day;
  const all = Array.from({ length: count }, (_, at) => ({
    ...draft(`message ${at + 1} of many`),
    createdAt: from + Math.floor(Math.min(1, (2 * at) / count) * 10 * day),
  }));
  for (let at = 0; at < count; at += 100) await server.store.messages.append(all.slice(at, at + 100));
});
afterAll(() => writer.close());

const top = (visitor: Visitor) => visitor.log.evaluate((log) => log.scrollTop);
const numbers = async (visitor: Visitor) =>
  [...(await visitor.log.innerText()).matchAll(/message (\d+) of many/g)].map(([, number]) => Number(number));
/** Turns the wheel, and gives what is shown then. */
const wheel = async (visitor: Visitor, down: number) => {
  await visitor.page.mouse.wheel(0, down);
  return numbers(visitor);
};
const yOf = async (visitor: Visitor, text: string) =>
  (await visitor.log.getByText(text, { exact: true }).boundingBox())?.y ?? Number.NaN;

test("the latest page shows at once, and all older ones come while scrolling up, in order and once", async () => {
  const reader = await (await visit("reader")).register();
  await reader.sees(`message ${count} of many`);
  expect((await numbers(reader)).length).toBeLessThan(300);

  const seen = new Set(await numbers(reader));
  await reader.log.hover();
  while (!seen.has(1)) {
    const before = Math.min(...seen);
    const now = await reader.until(
      () => wheel(reader, -2500),
      (all) => Math.min(...all) < before || all.includes(1),
    );
    expect(now).toEqual(now.toSorted((a, b) => a - b));
    expect(new Set(now).size).toBe(now.length);
    expect(now.length).toBeLessThan(500);
    for (const number of now) seen.add(number);
  }
  expect(seen.size).toBe(count);
});

test("who reads further up stays there when messages arrive, and is told of them", async () => {
  const keeper = await (await visit("keeper")).register();
  await keeper.sees(`message ${count} of many`);
  await keeper.log.hover();
  await keeper.page.mouse.wheel(0, -1200);
  await keeper.until(
    () => top(keeper),
    (value) => value > 0,
  );
  const [middle] = (await numbers(keeper)).filter((number) => number < count - 15).slice(-1);
  const anchor = `message ${middle} of many`;
  const settled = await keeper.until(
    async () => [await yOf(keeper, anchor), await yOf(keeper, anchor)],
    ([one, other]) => one === other,
  );
  for (let number = 1; number <= 3; number++) await writer.say(`new while away ${number}`);
  const jump = keeper.button(/new/i);
  await jump.waitFor();
  expect(await jump.innerText()).toContain("3");
  expect(Math.abs((await yOf(keeper, anchor)) - settled[0]!)).toBeLessThan(2);

  await jump.click();
  await keeper.sees("new while away 3");
  const isAtEnd = () =>
    keeper.until(
      () => keeper.log.evaluate((log) => log.scrollHeight - log.clientHeight - log.scrollTop),
      (rest) => rest < 4,
    );
  await isAtEnd();

  // Who writes many lines still sees the end, with every letter.
  await keeper.composer.fill("line\n".repeat(8));
  await isAtEnd();
  await keeper.composer.press("x");
  await keeper.page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );
  await isAtEnd();
  expect(await keeper.button(/latest/i).count()).toBe(0);
});

/** Lets everything take so long on its way; counts the questions for pages, and remembers the answers. */
async function withLatency(visitor: Visitor, ms: number) {
  const line = { reads: 0 };
  const later = (run: () => void) => setTimeout(run, ms / 2);
  await visitor.page.routeWebSocket(/\/api\/socket$/, (near) => {
    const far = near.connectToServer();
    near.onMessage((data) => {
      if (String(data).includes('"history.read"')) line.reads += 1;
      later(() => far.send(data));
    });
    far.onMessage((data) => later(() => near.send(data)));
  });
  return line;
}

/** The first message in sight, and how far below the top of the log it ends. */
const place = (visitor: Visitor) =>
  visitor.log.evaluate((log) => {
    const { top } = log.getBoundingClientRect();
    const ends = [...log.querySelectorAll("article")].map((row) => ({
      text: row.querySelector("p")?.textContent ?? "",
      end: row.getBoundingClientRect().bottom - top,
    }));
    return ends.find(({ end }) => end > 1) ?? { text: "", end: 0 };
  });
const endOf = (visitor: Visitor, text: string) =>
  visitor.log.evaluate((log, text) => {
    const row = [...log.querySelectorAll("article")].find(
      (each) => each.querySelector("p")?.textContent === text,
    );
    return row ? row.getBoundingClientRect().bottom - log.getBoundingClientRect().top : null;
  }, text);
/** So many rows are shown, and no page is on its way. */
const settled = (visitor: Visitor, least: number) =>
  visitor.until(
    async () => ({
      rows: await visitor.log.locator("article").count(),
      busy: await visitor.log.getAttribute("aria-busy"),
    }),
    ({ rows, busy }) => rows >= least && busy === "false",
  );

test("a fling to the top, and a scroll bar held there, fetch one page each and move nothing", async () => {
  const flinger = await visit("flinger", phone);
  const line = await withLatency(flinger, 300);
  await flinger.register();
  await flinger.sees(`message ${count} of many`);
  expect(line.reads).toBe(1);
  const { x, y, width, height } = (await flinger.log.boundingBox())!;
  const touch = await flinger.context.newCDPSession(flinger.page);
  const point = (down: number) => [{ x: x + width / 2, y: y + 40 + down }];
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: point(0) });
  for (let down = 0; down < height - 80; down += 80)
    await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: point(down) });
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await settled(flinger, 100);
  const { text, end } = await place(flinger);
  expect(line.reads).toBe(2);

  // A page that arrives while one stands at the very top leaves what one reads where it is.
  const atTop = await flinger.log.evaluate((log) => {
    log.scrollTop = 0;
    const first = log.querySelector("article")!;
    return {
      text: first.querySelector("p")!.textContent!,
      end: first.getBoundingClientRect().bottom - log.getBoundingClientRect().top,
    };
  });
  expect([atTop.text, end]).not.toEqual([text, 0]);
  await flinger.until(
    async () => line.reads,
    (reads) => reads === 3,
  );
  await settled(flinger, 150);
  expect(Math.abs((await endOf(flinger, atTop.text))! - atTop.end)).toBeLessThan(2);
  expect(line.reads).toBe(3);

  // While the bar is held nothing changes above; letting go is worth a page.
  const press = (type: string) =>
    flinger.log.evaluate((log, type) => {
      const { right, top } = log.getBoundingClientRect();
      const at = { clientX: right + 1, clientY: top + 9, bubbles: true };
      log.dispatchEvent(new PointerEvent(type, at));
    }, type);
  await press("pointerdown");
  const held = await flinger.log.evaluate((log) => {
    log.scrollTop = 0;
    return log.querySelector("article p")!.textContent!;
  });
  await flinger.page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
  expect([await top(flinger), line.reads]).toEqual([0, 3]);
  const before = (await endOf(flinger, held))!;
  await press("pointerup");
  await settled(flinger, 200);
  expect(Math.abs((await endOf(flinger, held))! - before)).toBeLessThan(2);
  expect(line.reads).toBe(4);
});

test("any number of unread messages: the log opens at the first, goes down page by page, and End goes to the newest", async () => {
  const tab = await visit("returner");
  await tab.bring(returner);
  const line = await withLatency(tab, 0);
  const marks = await returner.enter();
  for (const read of [0, 20, 300, 400, 470, 600]) {
    if (read > 0) {
      marks.raw.send(JSON.stringify({ type: "read.mark", ref: "m", conversation: "group", seq: read }));
      await marks.event("read.marked", ({ seq }) => seq === read);
    }
    line.reads = 0;
    await tab.goto("/");
    const first = `message ${read + 1} of many`;
    await tab.sees(first);
    await settled(tab, 50);
    const divider = tab.log.getByText("New", { exact: true });
    await divider.waitFor();
    const isNew = await divider.evaluate(
      (line) => line.closest("[data-key]")!.nextElementSibling!.querySelector("p")!.textContent,
    );
    expect([read, isNew, line.reads]).toEqual([read, first, 1]);
    const end = (await endOf(tab, first))!;
    expect(end).toBeGreaterThan(0);
    expect(end).toBeLessThan(450);
  }

  await tab.page.reload();
  await tab.sees("message 601 of many");
  await tab.log.hover();
  const seen = new Set(await numbers(tab));
  for (let end = Math.max(...seen); end < count; end = Math.max(...seen)) {
    const now = await tab.until(
      () => wheel(tab, 2500),
      (all) => Math.max(...all) > end,
    );
    for (const number of now) seen.add(number);
  }
  for (let number = 601; number <= count; number++) expect(seen).toContain(number);

  marks.close();
  const other = await visit("latecomer");
  const late = await new Person(server, "latecomer").withKey().register();
  const more = Array.from({ length: 300 }, (_, at) => ({
    ...draft(`late message ${at + 1}`),
    createdAt: Date.now(),
  }));
  await server.store.messages.append(more);
  await other.bring(late);
  const reads = await withLatency(other, 0);
  await other.goto("/");
  await other.sees("late message 1");
  await other.log.press("End");
  await other.sees("late message 300");
  await other.until(
    () => other.log.evaluate((log) => log.scrollHeight - log.clientHeight - log.scrollTop),
    (rest) => rest < 4,
  );
  expect(reads.reads).toBe(2);
});

test("a link leads to its message, also through the login; another day is one choice away, and so is the way back", async () => {
  const reader = await visit("linked");
  await reader.goto("/c/group/40");
  await new Person(server, "linked").register();
  await reader.page.getByLabel("Username").fill("linked");
  await reader.page.getByLabel("Password", { exact: true }).fill(password);
  await reader.page.getByRole("button", { name: "Log in", exact: true }).click();
  const linked = reader.log.locator("[data-seq='40']");
  await linked.waitFor();
  await reader.until(
    () => linked.evaluate((message) => message.matches(".found:focus")),
    (isFound) => isFound,
  );
  expect(await numbers(reader)).not.toContain(count);

  const wanted = new Date(Date.now() - 5 * day);
  wanted.setHours(0, 0, 0, 0);
  const { seq } = (
    await server.store.messages.from(
      "group",
      await server.store.messages.firstAt("group", wanted.getTime()),
      1,
    )
  ).messages[0]!;
  await reader.log.locator(".day button").first().click();
  await reader.log.getByLabel("Day to go to").fill(isoDay(wanted.getTime()));
  await reader.log.locator(`[data-seq='${seq}'].found`).waitFor();
  const back = reader.page.getByRole("button", { name: /Jump to latest/ });
  await back.click();
  await back.waitFor({ state: "hidden" });

  await reader.goto("/c/group/99999");
  await reader.page.getByText("That message is not here, or not for you to see.").waitFor();
});
