import { expect, test } from "bun:test";
import { judge } from "../support/judge.ts";
import { stage } from "../support/stage.ts";
import { phone, type Visitor } from "../support/visitor.ts";

const { visit } = stage({ browser: true });

const typing = ({ page }: Visitor, text: string) =>
  page.getByText(text, { exact: true }).filter({ visible: true });

test("three people see who is typing and who has read, and leave unread what they want to come back to", async () => {
  const ada = await (await visit("ada")).register();
  const bob = await (await visit("bob")).register();
  const cleo = await (await visit("cleo", phone)).register();

  // Who is typing, as long as they are.
  const height = () => ada.log.evaluate((log) => [log.scrollHeight, log.scrollTop, log.clientHeight]);
  const before = await height();
  await bob.composer.pressSequentially("Shall we");
  await typing(ada, "bob is typing…").waitFor();
  await cleo.composer.pressSequentially("I think");
  await typing(ada, "bob and cleo are typing…").waitFor();
  expect(await height()).toEqual(before);
  await bob.composer.fill("");
  await typing(ada, "cleo is typing…").waitFor();
  await cleo.say("I think so");
  await ada.sees("I think so");
  await typing(ada, "cleo is typing…").waitFor({ state: "detached" });
  expect(await ada.page.getByRole("status").filter({ hasText: "is typing" }).innerText()).toBe(
    "bob is typing",
  );

  // Who has read it: each at the last of one's own messages that they have read.
  await ada.say("Lunch at noon?");
  await bob.sees("Lunch at noon?");
  await ada.button("Seen by bob and cleo").waitFor();
  await ada.say("Or at one?");
  await ada.button("Seen by bob and cleo").waitFor();

  await judge(ada, "who has read");
  await cleo.button("Seen by ada and bob").click();
  await judge(cleo, "who has read, by name");

  // What one wants to come back to is unread, on all devices, until one comes back to it.
  const titled = (visitor: Visitor, title: string) =>
    visitor.until(
      () => visitor.page.title(),
      (shown) => shown === `${title} · Secure Chat`,
    );
  const tab = await bob.anotherTab("/account");
  await bob.sees("Or at one?");
  const message = bob.log.locator("article").filter({ hasText: "Lunch at noon?" });
  await message.hover();
  await message.getByRole("button", { name: "More about the message of ada", exact: true }).click();
  await bob.page.getByRole("menuitem", { name: "Mark unread from here", exact: true }).click();
  await titled(bob, "(2) Group Chat");
  await titled(tab, "(2) Account");
  await bob.log.getByText("New", { exact: true }).waitFor();
  await ada.button("Seen by cleo").waitFor();
  await bob.openPrivate("ada");
  await bob
    .conversation("Group Chat")
    .filter({ hasText: /2\s*unread/ })
    .click();
  await titled(tab, "Account");
  await ada.button("Seen by bob and cleo").waitFor();

  // What means one is told apart from what is only unread.
  await ada.openPrivate("cleo");
  await bob.say("One is fine");
  await titled(ada, "(1) cleo");
  await bob.say("@ada will you book?");
  await titled(ada, "(@1) cleo");
  await ada.conversations.getByText("1 mention", { exact: true }).waitFor();
  const icon = ada.page.locator('link[rel="icon"]').last();
  expect(
    await icon.evaluate(async (link: HTMLLinkElement) => (await fetch(link.href)).ok && link.href),
  ).toEndWith("/icon-mention.svg");
  await ada.conversation("Group Chat").click();
  await ada.sees("One is fine");
  await titled(ada, "Group Chat");
  expect(await icon.getAttribute("href")).not.toBe("/icon-mention.svg");

  // Who does not show what they have read sees it of nobody.
  await ada.goto("/account");
  await ada.page.getByRole("radio", { name: "Tell nobody" }).check();
  await ada.goto("/c/group/");
  await ada.sees("Or at one?");
  await ada.say("Booked");
  await Promise.all([bob.sees("Booked"), cleo.sees("Booked")]);
  await cleo.say("Thanks");
  await ada.sees("Thanks");
  expect(await ada.button(/^Seen by/).count()).toBe(0);
  await cleo.button("Seen by bob").waitFor();
});
