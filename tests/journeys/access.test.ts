import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import AxeBuilder from "@axe-core/playwright";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { launch } from "../support/browser.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { desk, phone, Visitor } from "../support/visitor.ts";

setDefaultTimeout(90_000);
let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  expect(server.bugs).toEqual([]);
});

async function judge(visitor: Visitor) {
  const { violations } = await new AxeBuilder({ page: visitor.page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
}

/** How far the page can be scrolled sideways: never at all. */
const overflow = (visitor: Visitor) =>
  visitor.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const looks: [string, BrowserContextOptions][] = [
  ["desk, light", { ...desk, colorScheme: "light" }],
  ["desk, dark", { ...desk, colorScheme: "dark" }],
  ["phone, light", { ...phone, colorScheme: "light" }],
  ["smallest phone, dark", { viewport: { width: 320, height: 568 }, colorScheme: "dark" }],
];

for (const [at, [look, options]] of looks.entries()) {
  test(`axe finds nothing, and nothing hangs over the edge: ${look}`, async () => {
    const visitor = await Visitor.arrive(browser, server, `a-name.as_long-as-${at}0`, options);
    const screens = ["/", "/login", "/register", "/nowhere-at-all"];
    for (const path of screens) {
      await visitor.goto(path);
      await visitor.page.getByRole("heading").first().waitFor();
      await judge(visitor);
      expect(await overflow(visitor)).toBe(0);
    }
    await visitor.register();
    await visitor.say("A message with https://example.org/a/rather/long/link/that/has/to/wrap/somewhere");
    await visitor.say(
      "Looooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooong",
    );
    for (const path of ["/c/group", "/c", "/account", "/c/direct:1:99999"]) {
      await visitor.goto(path);
      await visitor.page.getByRole("heading").first().waitFor();
      await judge(visitor);
      expect(await overflow(visitor)).toBe(0);
    }
    expect(visitor.complaints).toEqual([]);
  });
}

test("everything can be done with the keyboard", async () => {
  const tina = await Visitor.arrive(browser, server, "tina");
  const { keyboard } = tina.page;
  await tina.goto("/register");
  await tina.page.getByLabel("Username", { exact: true }).focus();
  await keyboard.type("tina");
  for (const label of ["Password", "Confirm password"]) {
    await tab(tina, () =>
      tina.page.getByLabel(label, { exact: true }).evaluate((field) => field === document.activeElement),
    );
    await keyboard.type("a long enough password");
  }
  await keyboard.press("Enter");
  await tina.log.waitFor();
  await tab(tina, () => tina.composer.evaluate((field) => field === document.activeElement));
  await keyboard.type("typed without a mouse");
  await keyboard.press("Enter");
  await tina.sees("typed without a mouse");

  const ulla = await (await Visitor.arrive(browser, server, "ulla")).register();
  const button = tina.onlineUsers.getByRole("button", { name: "Message ulla" });
  await button.waitFor();
  await tab(tina, () => button.evaluate((element) => element === document.activeElement));
  await keyboard.press("Enter");
  await tab(tina, () => tina.composer.evaluate((field) => field === document.activeElement));
  await keyboard.type("hello ulla");
  await keyboard.press("Enter");
  await ulla.conversation("tina").click();
  await ulla.sees("hello ulla");
});

/** Presses Tab until what is looked for has the focus; fails when it never gets it. */
async function tab(visitor: Visitor, reached: () => Promise<boolean>) {
  for (let step = 0; step < 60; step++) {
    if (await reached()) return;
    await visitor.page.keyboard.press("Tab");
  }
  throw new Error("The keyboard does not get there.");
}
