import { expect, setDefaultTimeout, test } from "bun:test";
import { system } from "../../server/system.ts";
import { enrol } from "../support/authenticator.ts";
import { Person } from "../support/person.ts";
import { stage } from "../support/stage.ts";
import { codeField, giveCode, setUp } from "../support/two-step-login.ts";

setDefaultTimeout(60_000);
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
