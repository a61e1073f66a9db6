import { expect, test } from "bun:test";
import { stage } from "../support/stage.ts";
import { desk, phone, type Visitor } from "../support/visitor.ts";

const { visit } = stage({
  browser: true,
  people: { olga: "owner", mona: "moderator", anna: "member", bert: "member" },
});

async function arrive(name: string, options = desk): Promise<Visitor> {
  const visitor = await (await visit(name, options)).logIn();
  await visitor.log.waitFor();
  return visitor;
}
const rowOf = (visitor: Visitor, text: string) =>
  visitor.log.getByRole("article").filter({ hasText: text }).last();
/** But for the reactions that stand before them. */
const choices = ({ page }: Visitor) => page.locator("[role=menu] > [role=menuitem]").allInnerTexts();
const always = ["React", "Reply", "Open thread", "Copy text", "Copy link"];
const dialog = ({ page }: Visitor) => page.getByRole("alertdialog");
const answer = (visitor: Visitor, name: string) =>
  dialog(visitor).getByRole("button", { name, exact: true }).click();

/** Opens what can be done with a message. */
async function more(visitor: Visitor, text: string): Promise<void> {
  await rowOf(visitor, text).hover();
  await rowOf(visitor, text)
    .getByRole("button", { name: /^More about/ })
    .click();
  await visitor.page.getByRole("menu").waitFor();
}
const choose = (visitor: Visitor, entry: string) =>
  visitor.page.getByRole("menuitem", { name: entry, exact: true }).click();

test("ASVS 8.2.1 a moderator deletes a message before everybody's eyes; members are offered only their own", async () => {
  const [mona, anna, bert] = await Promise.all([arrive("mona"), arrive("anna"), arrive("bert", phone)]);
  await bert.say("Buy cheap watches");
  await Promise.all([mona.sees("Buy cheap watches"), anna.sees("Buy cheap watches")]);

  await more(anna, "Buy cheap watches");
  expect(await choices(anna)).toEqual([...always, "Mark unread from here", "Report…"]);
  await anna.page.keyboard.press("Escape");
  await more(bert, "Buy cheap watches");
  expect(await choices(bert)).toEqual([
    "React",
    "Reply",
    "Open thread",
    "Edit",
    "Copy text",
    "Copy link",
    "Delete",
  ]);
  await bert.page.keyboard.press("Escape");

  await more(mona, "Buy cheap watches");
  expect(await choices(mona)).toEqual([
    ...[...always, "Mark unread from here", "Pin"],
    ...["Report…", "Mute author…", "Delete…", "Ban author…"],
  ]);
  await choose(mona, "Delete…");
  await answer(mona, "Delete");
  // It quotes the message, and closes with the answer, which may come after the event.
  await dialog(mona).waitFor({ state: "detached" });
  for (const visitor of [mona, anna, bert]) {
    await rowOf(visitor, "Message deleted").waitFor();
    expect(await visitor.page.getByText("Buy cheap watches").count()).toBe(0);
    expect(await rowOf(visitor, "Message deleted").getByRole("button").count()).toBe(0);
  }
  await anna.page.reload();
  await rowOf(anna, "Message deleted").waitFor();
  expect(await anna.page.getByText("Buy cheap watches").count()).toBe(0);

  await anna.say("I regret this");
  await more(anna, "I regret this");
  await choose(anna, "Delete");
  await anna.page.reload(); // Who leaves the page while it could be taken back has meant it.
  await mona.until(
    () => mona.log.getByText("Message deleted").count(),
    (count) => count === 2,
  );

  await mona.say("Please be kind");
  await anna.sees("Please be kind");
  await more(anna, "Please be kind");
  expect(await choices(anna)).toEqual([...always, "Mark unread from here", "Report…"]);
});

test("who is muted is told so in place of the composer, and writes again when it is over", async () => {
  const [mona, anna] = await Promise.all([arrive("mona"), arrive("anna")]);
  await anna.say("Louder and louder");
  await mona.sees("Louder and louder");
  await more(mona, "Louder and louder");
  await choose(mona, "Mute author…");
  await dialog(mona).getByText("10 minutes").click();
  await answer(mona, "Mute");
  await anna.page.getByText("A moderator has muted you.").waitFor();
  expect(await anna.composer.count()).toBe(0);
  await anna.page.reload();
  await anna.page.getByText("A moderator has muted you.").waitFor();

  await mona.page.getByRole("link", { name: "Manage" }).click();
  await mona.page.getByRole("heading", { name: "People" }).waitFor();
  await mona.page.getByText("Muted until").waitFor();
  await mona.button("What to do with anna").click();
  await choose(mona, "Unmute…");
  await answer(mona, "Unmute");
  await anna.say("Quietly");
  // The page takes clicks again once a dialog is closed, and a menu that nothing was chosen from.
  await mona.button("What to do with anna").click();
  await mona.page.keyboard.press("Escape");
  await mona.page.getByRole("link", { name: "Back to the chat" }).click();
  await mona.log.waitFor();
});

test("a report reaches the moderators while they look, and is settled by them", async () => {
  const [mona, anna, bert] = await Promise.all([arrive("mona"), arrive("anna"), arrive("bert")]);
  await bert.openPrivate("anna");
  await bert.say("Your secret is safe, for money");
  await anna.conversation("bert").click();
  await anna.sees("Your secret is safe, for money");
  await more(anna, "Your secret is safe, for money");
  expect(await choices(anna)).toEqual([...always, "Mark unread from here", "Pin", "Report…"]);
  await choose(anna, "Report…");
  await dialog(anna).getByLabel("What is wrong with it?").fill("He wants money of me");
  await answer(anna, "Report");
  await answer(anna, "Done");

  await mona.page.getByRole("link", { name: /^Manage 1 open reports/ }).click();
  const report = mona.page.getByRole("list", { name: "Reports" }).getByRole("listitem");
  await report.filter({ hasText: "He wants money of me" }).waitFor();
  expect(await report.innerText()).toContain("Your secret is safe, for money");
  await report.getByRole("button", { name: "Remove message" }).click();
  await mona.page.getByText("Nothing was reported that is still open.").waitFor();
  for (const visitor of [anna, bert]) await rowOf(visitor, "Message deleted").waitFor();
  await mona.page.getByRole("link", { name: "Back to the chat" }).click();
  await mona.page.getByRole("link", { name: "Manage", exact: true }).waitFor();
});

test("the text of a message can be copied, and where the browser does not let us, it is shown for that", async () => {
  const anna = await arrive("anna");
  await anna.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await anna.say("to be copied");
  await more(anna, "to be copied");
  await choose(anna, "Copy text");
  await anna.until(
    () => anna.page.evaluate(() => navigator.clipboard.readText()),
    (text) => text === "to be copied",
  );
  await anna.page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await more(anna, "to be copied");
  await choose(anna, "Copy text");
  await dialog(anna).getByText("to be copied").waitFor();
  await answer(anna, "Done");
});

test("a login elsewhere is told until one has taken note of it", async () => {
  const olga = await arrive("olga");
  await arrive("olga");
  await olga.page.getByText(/^New login: Chrom\w+ on Linux\. .* Not you\?/).waitFor();
  await olga.button("Dismiss").click();
  expect(await olga.page.getByText("New login: ").count()).toBe(0);
});

test("the menus of messages are within reach of the keyboard, by one stop", async () => {
  const olga = await arrive("olga");
  for (const text of ["first of three", "second of three", "third of three"]) await olga.say(text);
  // Only what is acknowledged has a menu.
  const last = olga.page.getByRole("article").filter({ hasText: "third of three" });
  await last.locator('button[aria-haspopup="menu"]').waitFor({ state: "attached" });
  const { keyboard } = olga.page;
  const at = () => olga.page.evaluate(() => document.activeElement?.closest("article")?.textContent ?? "");
  await olga.composer.focus();
  await keyboard.press("Shift+Tab");
  expect(await at()).toContain("third of three");
  await keyboard.press("Shift+Tab");
  expect(await at()).toBe("");
  await keyboard.press("Tab");
  await keyboard.press("ArrowUp");
  expect(await at()).toContain("second of three");
  await keyboard.press("Enter");
  await olga.page.getByRole("menu").waitFor();
  await keyboard.press("Escape");
  await olga.page.getByRole("menu").waitFor({ state: "detached" });
  expect(await olga.until(at, (text) => text !== "")).toContain("second of three");
  // What is done most has a key of its own.
  await keyboard.press("r");
  await olga.page.getByText("Replying to olga").waitFor();
  await keyboard.press("Escape");
  await olga.page.getByText("Replying to olga").waitFor({ state: "detached" });
  await keyboard.press("Shift+Tab");
  await keyboard.press("Delete");
  await rowOf(olga, "third of three").getByText("Deleting…").waitFor();
  await olga.button("Undo").click();
});

test("ASVS 8.3.2 who is banned is out within the second, with the reason where they try to come back", async () => {
  const [mona, bert, anna] = await Promise.all([arrive("mona"), arrive("bert"), arrive("anna")]);
  await anna.openPrivate("bert");
  await anna.say("Please calm down");
  await bert.say("One word too many");
  await more(mona, "One word too many");
  await choose(mona, "Ban author…");
  await dialog(mona).getByLabel("Reason").fill("Enough is enough");
  await answer(mona, "Ban");
  await bert.page.getByText("This account was locked. Log in to see why.").waitFor();
  await bert.logIn();
  await bert.page.getByText(/Enough is enough/).waitFor();

  await anna.page.getByText("bert cannot be written to at the moment: the account is locked.").waitFor();
  await anna.sees("Please calm down");
  expect([await anna.composer.count(), await anna.button("Message bert").count()]).toEqual([0, 0]);
  await mona.page.getByRole("link", { name: "Manage" }).click();
  await mona.button("What to do with bert").click();
  await choose(mona, "Let back in…");
  await answer(mona, "Let back in");
  await anna.button("Message bert").waitFor();
  await anna.say("Welcome back");
});
