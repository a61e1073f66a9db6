import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import { system } from "../../server/system.ts";
import { enrol } from "../support/authenticator.ts";
import { launch } from "../support/browser.ts";
import { Person } from "../support/person.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { codeField, giveCode, heading, setUp } from "../support/two-step-login.ts";
import { Visitor } from "../support/visitor.ts";

setDefaultTimeout(60_000);
let server: TestServer;
let browser: Browser;
/** How far the server's clock is ahead: codes change without anybody's waiting for it. */
let ahead = 0;
const now = () => Date.now() + ahead;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ system: { ...system, now } }), launch()]);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  expect(server.bugs).toEqual([]);
});

test("anna sets up two-step login, logs out, and comes back with a code, and without her phone", async () => {
  const anna = await (await Visitor.arrive(browser, server, "anna")).register();
  await anna.goto("/account");
  await anna.button("Set up two-step login…").click();
  const { app, recoveryCodes } = await setUp(anna, now);
  const [download] = await Promise.all([
    anna.page.waitForEvent("download"),
    anna.button("Save as file").click(),
  ]);
  expect(download.suggestedFilename()).toBe("recovery-codes-anna.txt");
  const saved = await Bun.file(await download.path()).text();
  for (const code of recoveryCodes) expect(saved).toContain(code);
  await anna.page.emulateMedia({ media: "print" });
  const printed = (await anna.page.locator("body").innerText()).trim().split("\n").filter(Boolean);
  expect(printed).toEqual([`Recovery codes of anna for ${new URL(server.origin).host}`, ...recoveryCodes]);
  await anna.page.emulateMedia({ media: "screen" });
  await anna.button("I have kept them").click();
  await anna.page.getByText("10 recovery codes are left.").waitFor();
  await anna.page.emulateMedia({ media: "print" });
  await heading(anna, "Two-step login").waitFor();
  await anna.page.emulateMedia({ media: "screen" });

  await anna.button("Log out").click();
  ahead += 30_000;
  await anna.logIn();
  await heading(anna, "One more step").waitFor();
  expect(await codeField(anna).getAttribute("autocomplete")).toBe("one-time-code");
  expect(await codeField(anna).getAttribute("inputmode")).toBe("numeric");
  await giveCode(anna, "000 000");
  await anna.page.getByText(/not right/).waitFor();
  await giveCode(anna, app.at(now()));
  await anna.log.waitFor();

  await anna.goto("/account");
  await anna.button("Log out").click();
  await anna.logIn();
  await anna.page.getByText("I do not have my phone").click();
  await anna.page.getByText(/one of your recovery codes/).waitFor();
  await anna.until(
    () => codeField(anna).getAttribute("inputmode"),
    (mode) => mode === "text",
  );
  await giveCode(anna, recoveryCodes[0]!.toLowerCase());
  await anna.log.waitFor();
  await anna.goto("/account");
  await anna.page.getByText("9 recovery codes are left.").waitFor();
  expect(anna.complaints).toEqual([]);
});

test("who is only half in stays out after a reload, and can leave for somebody else", async () => {
  const carl = await new Person(server, "carl").register();
  await enrol(carl, now);
  const visitor = await Visitor.arrive(browser, server, "carl");
  await visitor.logIn();
  await heading(visitor, "One more step").waitFor();
  await visitor.goto("/c/group");
  await heading(visitor, "One more step").waitFor();
  await visitor.button("Log in as somebody else").click();
  await visitor.page.getByRole("tab", { name: "Log in" }).waitFor();
  await visitor.page.reload();
  await visitor.page.getByRole("tab", { name: "Log in" }).waitFor();
});

test("the other device asks for a code as soon as there is one, and goes on where it was", async () => {
  const dora = await (await Visitor.arrive(browser, server, "dora")).register();
  await dora.say("before");
  const phone = await (await Visitor.arrive(browser, server, "dora")).logIn();
  await phone.sees("before");
  await dora.goto("/account");
  await dora.button("Set up two-step login…").click();
  const { app } = await setUp(dora, now);
  await heading(phone, "One more step").waitFor();
  await dora.button("I have kept them").click();
  ahead += 30_000;
  await giveCode(phone, app.at(now()));
  await phone.sees("before");
  await dora.goto("/c/group");
  await dora.say("after");
  await phone.sees("after");
});
