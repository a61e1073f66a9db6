import { expect, setDefaultTimeout, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { ServerSettings } from "../../server/protocol/settings.ts";
import { system } from "../../server/system.ts";
import { enrol } from "../support/authenticator.ts";
import { Person, password } from "../support/person.ts";
import { stage } from "../support/stage.ts";
import { setUp } from "../support/two-step-login.ts";

setDefaultTimeout(60_000);
/** How far the server's clock is ahead: codes change without anybody's waiting for it. */
let ahead = 0;
const now = () => Date.now() + ahead;
const { server, visit } = stage({ browser: true, system: { ...system, now } });

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
  const pendingSignUp = await visit("newcomer");
  await pendingSignUp.goto("/register");
  await pendingSignUp.page.getByLabel("Username", { exact: true }).fill("newcomer");
  await pendingSignUp.page.getByLabel("Password", { exact: true }).fill(password);
  await pendingSignUp.page.getByLabel("Confirm password", { exact: true }).fill(password);
  await pendingSignUp.button("Register").click();
  await pendingSignUp.button("Set up with my phone").click();
  await setUp(pendingSignUp, now);
  await pendingSignUp.button("I have kept them").click();
  await pendingSignUp.sees("in again");
});
