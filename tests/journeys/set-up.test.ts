import { afterAll, beforeAll, expect, test } from "bun:test";
import { temporaryFolder } from "../support/folder.ts";
import { password } from "../support/person.ts";
import { Program } from "../support/program.ts";
import { inBrowser } from "../support/stage.ts";

const dataDir = temporaryFolder();
const visit = inBrowser();
let program: Program;
beforeAll(() => {
  program = new Program([process.execPath, "server/main.ts"], { DATA_DIR: dataDir, PORT: "0" });
});
afterAll(async () => {
  await program.stop();
});

test("from the printed link to two people who talk", async () => {
  const [link, origin, token] = await program.says(/(https:\/\/localhost:\d+)\/setup#([\w-]+)/);
  const chat = { origin: origin! };

  const stranger = await visit(chat, "stranger");
  for (const path of ["/", "/login", "/register", "/join", "/c/group", "/setup"]) {
    await stranger.goto(path);
    await stranger.heading("This chat is not set up yet").waitFor();
  }
  await stranger.goto("/setup#AAAAAAAAAAAAAAAAAAAAAA");
  await stranger.heading("That link does not open the set-up").waitFor();
  expect(await stranger.page.getByRole("alert").innerText()).toBe("This link is not valid any more.");

  const olga = await visit(chat, "olga");
  await olga.page.goto(link);
  await olga.heading("Set up your chat").waitFor();
  expect(olga.page.url()).toBe(`${origin}/setup`);
  await olga.page.reload();
  await olga.field("Name of the chat").waitFor();
  expect(await olga.page.getByRole("radio", { checked: true }).getAttribute("value")).toBe("invite");

  await olga.button("Set up the chat").click();
  expect(await olga.page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("chatName");
  await olga.field("Name of the chat").fill("The Millers");
  await olga.field("Username").fill("olga");
  await olga.field("Password").fill(password);
  await olga.field("Confirm password").fill("something else");
  await olga.button("Set up the chat").click();
  await olga.page.getByText("The two passwords differ.").waitFor();
  await olga.field("Confirm password").fill(password);
  await olga.button("Set up the chat").click();

  await olga.heading("The Millers is ready").waitFor();
  const invitation = await olga.field("Invitation").inputValue();
  expect(invitation).toMatch(/^https:\/\/[^/]+\/join#\d+-[\w-]{22}$/);
  await olga.page.getByRole("img", { name: /QR code/ }).waitFor();
  expect(
    await olga.page.evaluate(() => JSON.stringify([{ ...sessionStorage }, location.href])),
  ).not.toContain(token!);
  await olga.button("Go to the chat").click();
  await olga.log.waitFor();

  const bob = await visit(chat, "bob");
  await bob.page.goto(origin + new URL(invitation).pathname + new URL(invitation).hash);
  await bob.heading("olga invites you to The Millers").waitFor();
  expect(bob.page.url()).toBe(`${origin}/join`);
  await bob.field("Username").fill("bob");
  await bob.field("Password").fill(password);
  await bob.field("Confirm password").fill(password);
  await bob.button("Register").click();
  await bob.log.waitFor();
  await olga.say("Welcome!");
  await bob.sees("Welcome!");
  await bob.say("Nice here");
  await olga.sees("Nice here");

  // Nobody takes it a second time.
  await stranger.page.goto(link);
  await stranger.page.reload();
  await stranger.heading("This chat is set up already").waitFor();
});
