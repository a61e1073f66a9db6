import { expect, test } from "bun:test";
import { judge } from "../support/judge.ts";
import { newRoom } from "../support/person.ts";
import { stage } from "../support/stage.ts";
import { desk, phone, type Visitor } from "../support/visitor.ts";

const { anna, visit } = stage({ browser: true, people: ["anna", "bert", "bertha", "carl"] });

const option = (visitor: Visitor, name: string) => visitor.page.getByRole("option", { name, selected: true });

test("people and emoji are offered while one writes, by keys and by touch", async () => {
  const conversation = newRoom();
  const socket = await anna.enter();
  await socket.ask(
    "room.create",
    { conversation, name: "garden", access: "private", people: [2, 4] },
    "room.created",
  );
  const [desktop, mobile] = await Promise.all([
    visit("anna", desk).then((visitor) => visitor.logIn()),
    visit("bert", phone).then((visitor) => visitor.logIn()),
  ]);
  await mobile.log.waitFor();
  await mobile.goto("/c");
  await desktop.conversation("garden").click();
  const { keyboard } = desktop.page;
  const { composer } = desktop;
  await composer.click();

  // Only who can read the room: not bertha. Who is online comes first.
  await keyboard.type("Thanks @");
  await option(desktop, "bert online").waitFor();
  expect(await desktop.page.getByRole("option").allInnerTexts()).toEqual([
    expect.stringContaining("bert"),
    expect.stringContaining("carl"),
    expect.stringContaining("everyone"),
    expect.stringContaining("here"),
  ]);
  await judge(desktop, "people are offered");
  await keyboard.press("Escape");
  await desktop.page.getByRole("listbox").waitFor({ state: "detached" });
  await keyboard.type("b");
  await option(desktop, "bert online").waitFor();
  await keyboard.press("Enter");
  expect(await composer.inputValue()).toBe("Thanks @bert ");

  await keyboard.type("for the :cak");
  await option(desktop, "🎂 :birthday:").or(option(desktop, "🍰 :cake:")).waitFor();
  await keyboard.press("ArrowDown");
  await keyboard.press("Tab");
  await keyboard.type("and :tada:");
  await desktop.until(
    () => composer.inputValue(),
    (text) => /^Thanks @bert for the \p{RGI_Emoji} and 🎉$/v.test(text),
  );
  await keyboard.press("Control+z");
  await desktop.until(
    () => composer.inputValue(),
    (text) => text.endsWith(":tada:"),
  );
  await keyboard.type("`@c");
  await desktop.button("Insert an emoji").press("Enter");
  const picker = desktop.page.getByRole("dialog", { name: "Emoji" });
  await picker.locator("input:focus").waitFor();
  expect(await desktop.page.getByRole("listbox").count()).toBe(0);
  await keyboard.type("pizza");
  await picker.getByText("1 found").waitFor();
  await keyboard.press("Enter");
  await picker.waitFor({ state: "detached" });
  await keyboard.type("!");
  expect(await composer.inputValue()).toEndWith(":tada:`@c🍕!");
  await keyboard.press("Enter");

  // It calls bert, who answers by touch.
  await mobile.conversation("garden").getByText("1 mention").waitFor();
  await mobile.conversation("garden").tap();
  await mobile.composer.tap();
  await mobile.page.keyboard.type("@an");
  await option(mobile, "anna online").tap();
  expect(await mobile.composer.inputValue()).toBe("@anna ");
  expect(await mobile.composer.evaluate((area) => area === document.activeElement)).toBe(true);
  const theirs = mobile.page.getByRole("dialog", { name: "Emoji" });
  for (const state of ["visible", "detached", "visible"] as const) {
    await mobile.button("Insert an emoji").tap();
    await theirs.waitFor({ state });
  }
  await theirs.getByRole("button", { name: "thumbs up" }).first().tap();
  await theirs.waitFor({ state: "detached" });
  expect(await mobile.composer.inputValue()).toBe("@anna 👍");
  await judge(mobile, "a mention is written");
  await mobile.button("Send").tap();
  await desktop.log.getByRole("article").filter({ hasText: "@anna 👍" }).waitFor();
  for (const visitor of [desktop, mobile]) expect(visitor.complaints).toEqual([]);
});
