import { expect, test } from "bun:test";
import { stage } from "../support/stage.ts";
import { desk, phone, type Visitor } from "../support/visitor.ts";

const { visit } = stage({ browser: true, people: ["anna", "bert"] });

async function arrive(name: string, options = desk): Promise<Visitor> {
  const visitor = await (await visit(name, options)).logIn();
  await visitor.log.waitFor();
  return visitor;
}

const rowOf = (visitor: Visitor, text: string) =>
  visitor.log.getByRole("article").filter({ hasText: text }).first();
const chip = (visitor: Visitor, name: string) =>
  rowOf(visitor, "cake").getByRole("button", { name, exact: true });

test("people react by pointer, keyboard and touch, see who did, and take it back", async () => {
  const [anna, bert] = await Promise.all([arrive("anna"), arrive("bert", phone)]);
  await anna.say("There is cake");
  await bert.sees("There is cake");

  // By touch, from the menu.
  await rowOf(bert, "cake")
    .getByRole("button", { name: /^More about/ })
    .tap();
  await bert.page.getByRole("menuitem", { name: "React", exact: true }).tap();
  const theirs = bert.page.getByRole("dialog", { name: "Emoji" });
  await theirs.getByRole("button", { name: "party popper" }).first().tap();
  await chip(bert, "🎉 1: You").waitFor();

  // By the keyboard, with a search.
  await rowOf(anna, "cake").hover();
  await rowOf(anna, "cake").getByRole("button", { name: "React to the message of anna" }).click();
  const picker = anna.page.getByRole("dialog", { name: "Emoji" });
  await picker.locator("input:focus").waitFor();
  await anna.page.keyboard.type("birthday");
  await anna.page.keyboard.press("ArrowDown");
  expect(await picker.locator("button:focus").getAttribute("aria-label")).toBe("birthday cake");
  await anna.page.keyboard.press("Enter");
  await picker.waitFor({ state: "detached" });
  await chip(bert, "🎂 1: anna").waitFor();

  // By the pointer, on what is there.
  await chip(anna, "🎉 1: bert").click();
  await chip(bert, "🎉 2: You and anna").waitFor();
  await chip(anna, "🎉 2: You and bert").click();
  await chip(bert, "🎉 1: You").waitFor();

  // Who comes back from having no connection sees what was changed meanwhile.
  await bert.context.setOffline(true);
  await anna.say("Only crumbs are left");
  await chip(anna, "🎂 1: You").click();
  await chip(anna, "🎂 1: You").waitFor({ state: "detached" });
  await bert.context.setOffline(false);
  await bert.sees("Only crumbs are left");
  await chip(bert, "🎂 1: anna").waitFor({ state: "detached" });
  await chip(bert, "🎉 1: You").tap();
  await chip(anna, "🎉 1: bert").waitFor({ state: "detached" });
  for (const visitor of [anna, bert]) expect(visitor.complaints).toEqual([]);
});
