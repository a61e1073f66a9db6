import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import { launch } from "../support/browser.ts";
import { Person } from "../support/person.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { Visitor } from "../support/visitor.ts";

setDefaultTimeout(90_000);
let server: TestServer;
let browser: Browser;
let writer: Awaited<ReturnType<Person["enter"]>>;
const count = 700;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    startServer({ env: { MESSAGES_PER_MINUTE: "100000", MESSAGE_BURST: "10000" } }),
    launch(),
  ]);
  writer = await (await new Person(server, "writer").register()).enter();
  for (let number = 1; number <= count; number++) await writer.say(`message ${number} of many`);
});
afterAll(async () => {
  writer.close();
  await browser.close();
  await server.stop();
  expect(server.bugs).toEqual([]);
});

const top = (visitor: Visitor) => visitor.log.evaluate((log) => log.scrollTop);
const numbers = async (visitor: Visitor) =>
  [...(await visitor.log.innerText()).matchAll(/message (\d+) of many/g)].map(([, number]) => Number(number));
const yOf = async (visitor: Visitor, text: string) =>
  (await visitor.log.getByText(text, { exact: true }).boundingBox())?.y ?? Number.NaN;

test("the latest page shows at once, and all older ones come while scrolling up, in order and once", async () => {
  const reader = await (await Visitor.arrive(browser, server, "reader")).register();
  await reader.sees(`message ${count} of many`);
  expect((await numbers(reader)).length).toBeLessThan(300);

  const seen = new Set(await numbers(reader));
  await reader.log.hover();
  while (!seen.has(1)) {
    const before = Math.min(...seen);
    await reader.page.mouse.wheel(0, -2500);
    const now = await reader.until(
      () => numbers(reader),
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
  const keeper = await (await Visitor.arrive(browser, server, "keeper")).register();
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
  await keeper.until(
    () => keeper.log.evaluate((log) => log.scrollHeight - log.clientHeight - log.scrollTop),
    (rest) => rest < 4,
  );
});
