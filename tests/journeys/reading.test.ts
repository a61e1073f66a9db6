import { expect, test } from "bun:test";
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

  // What one wants to come back to is unread on all devices, until one comes back.
  await bob.goto("/c/group/");
  await bob.sees("Or at one?");
});
