import { expect, test } from "bun:test";
import { judge } from "../support/judge.ts";
import { newRoom } from "../support/person.ts";
import { stage } from "../support/stage.ts";
import { phone } from "../support/visitor.ts";

const { anna, bob, visit } = stage({ browser: true, people: ["anna", "bob"] });

const roomOf = async (maker: typeof anna, name: string, more: object = {}) => {
  const conversation = newRoom();
  const socket = await maker.enter();
  await socket.ask("room.create", { conversation, name, access: "public", ...more }, "room.created");
  return { conversation, socket };
};

test("one goes anywhere by keys alone", async () => {
  await roomOf(anna, "garden");
  await roomOf(bob, "bicycles");
  const visitor = await visit("anna");
  await visitor.logIn();
  await visitor.conversation("garden").waitFor();
  const { page } = visitor;
  const { keyboard } = page;
  const goTo = page.getByRole("combobox", { name: "Go to" });
  const open = async () => {
    await keyboard.press("Control+k");
    await page.locator("[role=combobox]:focus").waitFor();
  };
  const choose = async (letters: string, name: string) => {
    await keyboard.type(letters);
    await page.getByRole("option", { name, selected: true }).waitFor();
    await keyboard.press("Enter");
    await goTo.waitFor({ state: "hidden" });
  };

  await open();
  await judge(visitor, "switcher");
  await choose("grd", "garden");
  await visitor.heading("garden").first().waitFor();

  // A room that one is not in shows what it is, and how to join.
  await open();
  await choose("bicy", "bicycles");
  await visitor.button("Join the room").press("Enter");
  await visitor.composer.waitFor();
  await visitor.conversation("bicycles").waitFor();

  await open();
  await choose("browse", "Browse rooms");
  await page.getByRole("dialog", { name: "Rooms" }).waitFor();
  await judge(visitor, "rooms");
  await keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Rooms" }).waitFor({ state: "hidden" });

  await keyboard.press("Control+/");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await judge(visitor, "shortcuts");
  await keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor({ state: "hidden" });

  await visitor.conversations.locator("a[aria-current]", { hasText: "bicycles" }).waitFor();
  await keyboard.press("Alt+ArrowDown");
  await visitor.conversations.locator("a[aria-current]", { hasNotText: "bicycles" }).waitFor();

  for (const [letters, action, then] of [
    ["dark", "Dark theme", page.locator("html[data-theme=dark]")],
    ["log", "Log out…", visitor.button("Log in")],
  ] as const) {
    await open();
    await choose(letters, action);
    await then.waitFor();
  }
});

test("on a phone the list is a page with last lines, and a room that one was removed from says so", async () => {
  const { conversation, socket } = await roomOf(anna, "board", { access: "private", people: [2] });
  await socket.say("See you at **8**, @bob", conversation);
  const visitor = await visit("bob", phone);
  await visitor.logIn();
  await visitor.log.waitFor();
  await visitor.goto("/c");
  const entry = visitor.conversation("board");
  await entry.getByText("anna: See you at 8, @bob").waitFor();
  await entry.getByText("1 mention").waitFor();
  await judge(visitor, "list");

  await entry.click();
  await visitor.sees("8");
  await visitor.composer.fill("Not sure");
  await visitor.page.getByRole("link", { name: /^Conversations/ }).click();
  await entry.getByText("Draft: Not sure").waitFor();
  await entry.click();
  await visitor.button("About this room").click();
  await visitor.page.getByRole("dialog", { name: "board" }).getByText("anna").waitFor();
  await judge(visitor, "details");
  await visitor.page.keyboard.press("Escape");

  await socket.ask("room.remove", { conversation, person: 2 }, "room.saved");
  await visitor.heading("No such room").waitFor();
  expect(await visitor.log.count()).toBe(0);
  await judge(visitor, "removed");
});
