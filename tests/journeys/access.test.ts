import { expect, test } from "bun:test";
import type { BrowserContextOptions } from "playwright-core";
import { judge } from "../support/judge.ts";
import { stage } from "../support/stage.ts";
import { desk, phone, type Visitor } from "../support/visitor.ts";

const { server, visit } = stage({ browser: true });

const looks: [string, BrowserContextOptions][] = [
  ["desk, light", { ...desk, colorScheme: "light" }],
  ["desk, dark", { ...desk, colorScheme: "dark" }],
  ["phone, light", { ...phone, colorScheme: "light" }],
  ["smallest phone, dark", { viewport: { width: 320, height: 568 }, colorScheme: "dark" }],
];

for (const [at, [look, options]] of looks.entries()) {
  test(`axe finds nothing, and nothing hangs over the edge: ${look}`, async () => {
    const visitor = await visit(`a-name.as_long-as-${at}0`, options);
    const screens = ["/", "/login", "/register", "/nowhere-at-all"];
    for (const path of screens) {
      await visitor.goto(path);
      await visitor.page.getByRole("heading").first().waitFor();
      await judge(visitor, path);
    }
    await visitor.register();
    await visitor.say("A message with https://example.org/a/rather/long/link/that/has/to/wrap/somewhere");
    await visitor.say(
      "Looooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooong",
    );
    for (const path of ["/c/group", "/c", "/account", "/c/direct:1:99999"]) {
      await visitor.goto(path);
      await visitor.page.getByRole("heading").first().waitFor();
      await judge(visitor, path);
    }
  });
}

test("the ways to log in stand apart", async () => {
  const { page, context } = await visit("stranger");
  await page.goto(`${server.origin}/login`);
  await page.getByRole("button", { name: "Log in with a passkey" }).waitFor();
  const [form, passkey] = await Promise.all(
    ["Log in", "Log in with a passkey"].map((name) =>
      page.getByRole("button", { name, exact: true }).boundingBox(),
    ),
  );
  expect(passkey!.y - (form!.y + form!.height)).toBeGreaterThanOrEqual(8);
  await context.close();
});

test("everything can be done with the keyboard", async () => {
  const tina = await visit("tina");
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

  const ulla = await (await visit("ulla")).register();
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
