import { expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import type { BrowserContextOptions } from "playwright-core";
import { enrol } from "../support/authenticator.ts";
import { homebase } from "../support/homebase.ts";
import { Person, password } from "../support/person.ts";
import type { Visitor } from "../support/visitor.ts";

// Another name than the provider's: to a browser, the two are different sites.
const home = homebase({ browser: true, host: "127.0.0.1" }, { "a-1": { name: "Anna Berg" } });
const { server, visit } = home;

const proofsGrowOld = () => server.db.run(sql`update sessions set proven_at = proven_at - 600000`);

/** Goes to the provider, and says there who one is, unless it knows. */
async function continueAs(visitor: Visitor, sub: string) {
  await visitor.button("Continue with Homebase").click();
  await home.sayAtProvider(visitor, sub);
}

async function join(name: string, sub: string, options?: BrowserContextOptions): Promise<Visitor> {
  const visitor = await visit(name, options);
  await visitor.goto("/register");
  await continueAs(visitor, sub);
  await visitor.heading("Choose your name").waitFor();
  await visitor.page.getByLabel("Username", { exact: true }).fill(name);
  await visitor.button("Join").click();
  await visitor.log.waitFor();
  return visitor;
}

test("anna comes by a provider, chooses a name, talks, and comes again", async () => {
  const bert = await (await visit("bert")).register();
  const anna = await visit("anna");
  await anna.goto("/");
  await anna.button("Register").click();
  await continueAs(anna, "a-1");
  await anna.heading("Choose your name").waitFor();
  const name = anna.page.getByLabel("Username", { exact: true });
  expect(await name.inputValue()).toBe("Anna.Berg");
  await name.fill("bert");
  await anna.button("Join").click();
  await anna.page.getByText("That username is taken").waitFor();
  await anna.page.reload();
  await name.fill("anna");
  await anna.button("Join").click();
  await anna.log.waitFor();
  await anna.say("here I am");
  await bert.sees("here I am");

  // ASVS 7.6.2: who has logged out is not logged in again by the provider, which still knows them, without a click.
  await anna.goto("/account");
  await anna.button("Log out").click();
  await anna.button("Continue with Homebase").waitFor();
  await anna.goto("/c/group");
  await anna.button("Continue with Homebase").click();
  await anna.sees("here I am");
  expect(new URL(anna.page.url()).pathname).toBe("/c/group");
});

test("carl links an account from inside, comes in by it, and unlinks it", async () => {
  const carl = await (await visit("carl")).register();
  proofsGrowOld();
  await carl.goto("/account");
  await carl.button("Link Homebase").click();
  const dialog = carl.page.getByRole("alertdialog", { name: "Is it you?" });
  await dialog.getByLabel("Password", { exact: true }).fill(password);
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await home.sayAtProvider(carl, "c-1");
  await carl.page.getByText("From now on you can log in with Homebase.").waitFor();
  await carl.button("Unlink Homebase").waitFor();
  await carl.page.reload();
  await carl.button("Unlink Homebase").waitFor();
  expect(await carl.page.getByText("From now on").count()).toBe(0);

  const elsewhere = await visit("carl");
  await elsewhere.goto("/login");
  await continueAs(elsewhere, "c-1");
  await elsewhere.log.waitFor();

  await carl.button("Unlink Homebase").click();
  await carl.button("Link Homebase").waitFor();
});

test("an account elsewhere that opens another account here is not linked, and it is said so", async () => {
  await home.join("dora", "d-1");
  const emil = await (await visit("emil")).register();
  await emil.goto("/account");
  await emil.button("Link Homebase").click();
  await home.sayAtProvider(emil, "d-1");
  await emil.page.getByText("opens another account here").waitFor();
  await emil.button("Link Homebase").waitFor();
});

test("fritz has no password: he keeps his only way in, and sets one after he has logged in anew", async () => {
  const fritz = await join("fritz", "f-1");
  await fritz.goto("/account");
  await fritz.heading("Set a password").waitFor();
  await fritz.button("Unlink Homebase").click();
  await fritz.page.getByText("This is the only way into your account").waitFor();

  proofsGrowOld();
  const setPassword = async () => {
    await fritz.page.getByLabel("New password", { exact: true }).fill(password);
    await fritz.page.getByLabel("Confirm new password").fill(password);
    await fritz.button("Set password").click();
  };
  await setPassword();
  const dialog = fritz.page.getByRole("alertdialog", { name: "Is it you?" });
  await dialog.getByText("Log out and log in again").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await fritz.button("Log out").click();
  await fritz.button("Continue with Homebase").click();
  await fritz.log.waitFor();
  await fritz.goto("/account");
  await fritz.heading("Set a password").waitFor();
  await setPassword();
  await fritz.heading("Change password").waitFor();
  await fritz.page.getByText("Your password was changed.").waitFor();
  await fritz.button("Unlink Homebase").click();
  await fritz.button("Link Homebase").waitFor();
  await fritz.button("Log out").click();
  await fritz.logIn();
  await fritz.log.waitFor();
});

test("who has an authenticator app is asked for a code after the provider, too", async () => {
  const { app } = await enrol(await home.join("gerda", "g-1"), Date.now);
  const gerda = await visit("gerda");
  await gerda.goto("/login");
  await continueAs(gerda, "g-1");
  await gerda.heading("One more step").waitFor();
  await gerda.page.getByLabel("Code", { exact: true }).fill(app.at(Date.now(), 1));
  await gerda.button("Continue").click();
  await gerda.log.waitFor();
});

test("where an invitation is needed, it comes along to the provider and back", async () => {
  const olga = await new Person(server, "olga").register();
  server.db.run(sql`update users set role = 'owner' where name = 'olga'`);
  await olga.changeSettings({ registration: "invite" });
  const made = await olga.fetch("POST", "/api/invites", { label: "", expiresIn: null, maxUses: 1 });
  const hans = await visit("hans");
  await hans.goto(`/join#${(await made.json()).token}`);
  await continueAs(hans, "h-1");
  await hans.heading("Choose your name").waitFor();
  await hans.page.getByLabel("Username", { exact: true }).fill("hans");
  await hans.button("Join").click();
  await hans.log.waitFor();

  const uninvited = await visit("uninvited");
  await uninvited.goto("/login");
  await continueAs(uninvited, "nobody-1");
  await uninvited.page.getByText("New accounts need an invitation here.").waitFor();
  await olga.changeSettings({ registration: "open" });
});

test("ASVS 3.7.2 an address that was made elsewhere leads nowhere else, and says nothing of its own", async () => {
  await home.join("ida", "i-1");
  const ida = await visit("ida");
  await ida.goto("/login?next=//evil.example&problem=Call+0800+1234");
  expect(await ida.page.getByText("0800").count()).toBe(0);
  await continueAs(ida, "i-1");
  await ida.log.waitFor();
  expect(new URL(ida.page.url()).origin).toBe(server.origin);
});
