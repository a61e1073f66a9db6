import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { ServerSettings } from "../../server/protocol/settings.ts";
import { system } from "../../server/system.ts";
import { enrol } from "../support/authenticator.ts";
import { Person, password } from "../support/person.ts";
import { stage } from "../support/stage.ts";
import { codeField, giveCode, setUp } from "../support/two-step-login.ts";

/** How far the server's clock is ahead: codes change without anybody's waiting for it. */
let ahead = 0;
const now = () => Date.now() + ahead;
const { server, visit } = stage({ browser: true, system: { ...system, now } });

test("anna sets up two-step login, logs out, and comes back with a code, and without her phone", async () => {
  const anna = await (await visit("anna")).register();
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
  await anna.heading("Two-step login").waitFor();
  await anna.page.emulateMedia({ media: "screen" });

  await anna.button("Log out").click();
  ahead += 30_000;
  await anna.logIn();
  await anna.heading("One more step").waitFor();
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
});

test("who is only half in stays out after a reload, and can leave for somebody else", async () => {
  const carl = await new Person(server, "carl").register();
  await enrol(carl, now);
  const visitor = await visit("carl");
  await visitor.logIn();
  await visitor.heading("One more step").waitFor();
  await visitor.goto("/c/group");
  await visitor.heading("One more step").waitFor();
  await visitor.button("Log in as somebody else").click();
  await visitor.page.getByRole("tab", { name: "Log in" }).waitFor();
  await visitor.page.reload();
  await visitor.page.getByRole("tab", { name: "Log in" }).waitFor();
});

test("the other device asks for a code as soon as there is one, and goes on where it was", async () => {
  const dora = await (await visit("dora")).register();
  await dora.say("before");
  const phone = await (await visit("dora")).logIn();
  await phone.sees("before");
  await dora.goto("/account");
  await dora.button("Set up two-step login…").click();
  const { app } = await setUp(dora, now);
  await phone.heading("One more step").waitFor();
  await dora.button("I have kept them").click();
  ahead += 30_000;
  await giveCode(phone, app.at(now()));
  await phone.sees("before");
  await dora.goto("/c/group");
  await dora.say("after");
  await phone.sees("after");
});

test("what matters asks once more who one is, and the chat goes on as if nothing had been", async () => {
  const emil = await (await visit("emil")).register();
  const witness = await (await visit("witness")).register();
  await emil.button(/emil, account/).click();
  await emil.button("Set up two-step login…").click();
  const { app } = await setUp(emil, now);
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
  await dialog.getByLabel("Code", { exact: true }).fill(app.at(now()));
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await dialog.getByText("That is not your password.").waitFor();
  await dialog.getByLabel("Password", { exact: true }).fill(password);
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await emil.heading("Keep these recovery codes").waitFor();
  await emil.button("I have kept them").click();

  ahead += 11 * 60_000;
  await emil.button("Turn off…").click();
  await emil.button("Turn it off").click();
  await dialog.getByLabel("Password", { exact: true }).fill(password);
  await dialog.getByLabel("Code", { exact: true }).fill(app.at(now()));
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await emil.button("Set up two-step login…").waitFor();
  await emil.page.getByRole("link", { name: "Back to the chat" }).click();
  await emil.say("still here");
  await witness.sees("still here");
  // Nobody was told that emil had gone and come back.
  expect(await witness.log.getByText(/emil has left/).count()).toBe(0);
});

test("the chat asks for it while people talk: they set it up, and are back where they were", async () => {
  const olga = await new Person(server, "olga").register();
  await enrol(olga, now);
  server.db.run(sql`update users set role = 'owner' where name = 'olga'`);
  const bert = await (await visit("bert")).register();
  await bert.say("so far so good");
  const settings: ServerSettings = await olga.get("/api/settings");
  const asked = await olga.fetch("PUT", "/api/settings", { ...settings, secondFactor: "everyone" });
  expect(asked.status).toBe(204);
  await bert.heading("Make your account safer").waitFor();
  await bert.page.reload();
  await bert.button("Set up with my phone").click();
  await setUp(bert, now);
  await bert.button("I have kept them").click();
  await bert.sees("so far so good");
  await bert.say("in again");

  // Whoever comes anew sets it up before the chat opens.
  const newcomer = await visit("newcomer");
  await newcomer.goto("/register");
  await newcomer.page.getByLabel("Username", { exact: true }).fill("newcomer");
  await newcomer.page.getByLabel("Password", { exact: true }).fill(password);
  await newcomer.page.getByLabel("Confirm password", { exact: true }).fill(password);
  await newcomer.button("Register").click();
  await newcomer.button("Set up with my phone").click();
  await setUp(newcomer, now);
  await newcomer.button("I have kept them").click();
  await newcomer.sees("in again");
});
