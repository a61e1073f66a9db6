import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { Browser } from "playwright-core";
import type { House } from "../../server/protocol/house.ts";
import { system } from "../../server/system.ts";
import { Authenticator, enrol } from "../support/authenticator.ts";
import { launch } from "../support/browser.ts";
import { database } from "../support/database.ts";
import { Person, password } from "../support/person.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { Visitor } from "../support/visitor.ts";

setDefaultTimeout(60_000);
const base = database();
let server: TestServer;
let browser: Browser;
/** How far the server's clock is ahead: codes change without anybody's waiting for it. */
let ahead = 0;
const now = () => Date.now() + ahead;
beforeAll(async () => {
  [server, browser] = await Promise.all([
    startServer({ store: base.store, system: { ...system, now } }),
    launch(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  expect(server.bugs).toEqual([]);
});

const heading = ({ page }: Visitor, name: string) => page.getByRole("heading", { name, exact: true });
const codeField = ({ page }: Visitor) => page.getByLabel("Code", { exact: true });

async function giveCode(visitor: Visitor, code: string) {
  await codeField(visitor).fill(code);
  await visitor.button("Continue").click();
}

/** Takes the secret as somebody does who cannot scan it; gives the app, and the recovery codes shown in the end. */
async function setUp(visitor: Visitor): Promise<{ app: Authenticator; recoveryCodes: string[] }> {
  await visitor.page.getByRole("img", { name: /QR code/ }).waitFor();
  await visitor.page.getByText("I cannot scan it").click();
  const secret = await visitor.page.locator("details code").innerText();
  const link = await visitor.page.getByRole("link", { name: "open it here" }).getAttribute("href");
  expect(new URL(link!).searchParams.get("secret")).toBe(secret.replaceAll(" ", ""));
  const app = new Authenticator(secret.replaceAll(" ", ""));
  await giveCode(visitor, app.at(now(), 9));
  await visitor.page.getByText(/not right/).waitFor();
  await giveCode(visitor, app.at(now()));
  await heading(visitor, "Keep these recovery codes").waitFor();
  expect(await visitor.page.evaluate(() => document.activeElement?.textContent)).toMatch(/Keep these/);
  const recoveryCodes = await visitor.page
    .getByRole("region", { name: "Recovery codes" })
    .locator("li")
    .allInnerTexts();
  expect(recoveryCodes).toHaveLength(10);
  return { app, recoveryCodes };
}

test("anna sets up two-step login, logs out, and comes back with a code, and without her phone", async () => {
  const anna = await (await Visitor.arrive(browser, server, "anna")).register();
  await anna.goto("/account");
  await anna.button("Set up two-step login…").click();
  const { app, recoveryCodes } = await setUp(anna);
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
  const { app } = await setUp(dora);
  await heading(phone, "One more step").waitFor();
  await dora.button("I have kept them").click();
  ahead += 30_000;
  await giveCode(phone, app.at(now()));
  await phone.sees("before");
  await dora.goto("/c/group");
  await dora.say("after");
  await phone.sees("after");
});

test("what matters asks once more who one is, and the chat goes on as if nothing had been", async () => {
  const emil = await (await Visitor.arrive(browser, server, "emil")).register();
  const witness = await (await Visitor.arrive(browser, server, "witness")).register();
  await emil.button(/emil, account/).click();
  await emil.button("Set up two-step login…").click();
  const { app } = await setUp(emil);
  await emil.button("I have kept them").click();
  ahead += 11 * 60_000;
  const dialog = emil.page.getByRole("alertdialog", { name: "Is it you?" });
  const ask = async () => {
    await emil.button("New recovery codes…").click();
    await emil.button("Make new ones").click();
    await dialog.waitFor();
  };
  await ask();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await emil.page.getByText("Please confirm that it is you.").waitFor();
  await emil.button("Cancel").click();

  await ask();
  await dialog.getByLabel("Password", { exact: true }).fill("not the password");
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await dialog.getByText("That is not your password.").waitFor();
  await dialog.getByLabel("Password", { exact: true }).fill(password);
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await heading(emil, "Keep these recovery codes").waitFor();
  await emil.button("I have kept them").click();

  ahead += 11 * 60_000;
  await emil.button("Turn off…").click();
  await emil.button("Turn it off").click();
  await dialog.getByRole("button", { name: "Use a code from my phone" }).click();
  await dialog.getByLabel("Code", { exact: true }).fill(app.at(now()));
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await emil.button("Set up two-step login…").waitFor();
  await emil.page.getByRole("link", { name: "Back to the chat" }).click();
  await emil.say("still here");
  await witness.sees("still here");
  // Nobody was told that emil had gone and come back.
  expect(await witness.log.getByText(/emil has left/).count()).toBe(0);
  expect(emil.complaints).toEqual([]);
});

test("the house asks for it while people talk: they set it up, and are back where they were", async () => {
  const olga = await new Person(server, "olga").register();
  await enrol(olga, now);
  base.db.run(sql`update users set role = 'owner' where name = 'olga'`);
  const bert = await (await Visitor.arrive(browser, server, "bert")).register();
  await bert.say("so far so good");
  const house: House = await (await olga.fetch("GET", "/api/house")).json();
  const asked = await olga.fetch("PUT", "/api/house", { ...house, secondFactor: "everyone" });
  expect(asked.status).toBe(204);
  await heading(bert, "Make your account safer").waitFor();
  await bert.page.reload();
  await bert.button("Set up with my phone").click();
  await setUp(bert);
  await bert.button("I have kept them").click();
  await bert.sees("so far so good");
  await bert.say("in again");

  // Whoever comes anew sets it up before the chat opens.
  const newcomer = await Visitor.arrive(browser, server, "newcomer");
  await newcomer.goto("/register");
  await newcomer.page.getByLabel("Username", { exact: true }).fill("newcomer");
  await newcomer.page.getByLabel("Password", { exact: true }).fill(password);
  await newcomer.page.getByLabel("Confirm password", { exact: true }).fill(password);
  await newcomer.button("Register").click();
  await newcomer.button("Set up with my phone").click();
  await setUp(newcomer);
  await newcomer.button("I have kept them").click();
  await newcomer.sees("in again");
  expect([...bert.complaints, ...newcomer.complaints]).toEqual([]);
});
