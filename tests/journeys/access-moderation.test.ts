import { beforeAll, expect, test } from "bun:test";
import { judge } from "../support/judge.ts";
import { looks } from "../support/looks.ts";
import { stage } from "../support/stage.ts";
import type { Visitor } from "../support/visitor.ts";

const longName = "a-name.as_long-as-20";
const {
  mona,
  [longName]: long,
  people,
  visit,
} = stage({
  browser: true,
  people: { olga: "owner", mona: "moderator", [longName]: "member" },
});
beforeAll(async () => {
  const [moderator, talker] = [await mona.enter(), await long.enter()];
  const { seq } = await talker.say("Something that nobody wants to read");
  await moderator.ask("message.delete", { conversation: "group", seq }, "message.deleted");
  const { seq: reported } = await talker.say("Looooooooooooooooooooooooooooooooooooooooooooooooooooong");
  const report = { conversation: "group", seq: reported, reason: "Too looooooooooooooooooooooooooooooooong" };
  await mona.fetch("POST", "/api/reports", report);
  await mona.fetch("PUT", "/api/people/3/mute", { minutes: 30_000, reason: "Too long" });
  for (const person of Object.values(people)) person.leave();
});

for (const [look, options] of looks)
  test(`axe finds nothing where people look after the chat, and nothing hangs over the edge: ${look}`, async () => {
    const olga = await (await visit("olga", options)).logIn();
    const { page } = olga;
    await olga.sees("Message deleted");
    await (await visit("olga")).logIn();
    await page.getByText("New login: ").waitFor();
    await judge(olga);
    for (const [entry, action] of [
      ["Report…", "Report"],
      ["Delete…", "Delete"],
      ["Mute author…", "Mute"],
    ] as const) {
      await olga.log.locator("article").last().hover();
      await olga.button(`More about the message of ${longName}`).last().click();
      await page.getByRole("menu").waitFor();
      await judge(olga, entry, "[role=menu]");
      await page.getByRole("menuitem", { name: entry }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: action, exact: true }).waitFor();
      await judge(olga, action, "[role=alertdialog]");
      await page.keyboard.press("Escape");
      await page.getByRole("alertdialog").waitFor({ state: "detached" });
    }
    await olga.goto("/c");
    await page.getByRole("link", { name: "Manage 1 open reports" }).waitFor();
    await judge(olga);
    for (const [section, sight] of [
      ["people", page.getByText("Muted until")],
      ["invites", olga.button("Make an invitation")],
      ["reports", olga.button("Remove message")],
      ["settings", olga.button("Save")],
      ["audit", page.getByText(`mona muted ${longName}`)],
    ] as const) {
      await olga.goto(`/admin/${section}`);
      await sight.first().waitFor();
      await judge(olga);
      expect(await isInSight(olga)).toBe(true);
    }

    const muted = await (await visit(longName, options)).logIn();
    await muted.page.getByText("A moderator has muted you.").waitFor();
    await judge(muted);
    for (const visitor of [olga, muted]) {
      await visitor.context.close();
    }
  });

/** Whether one can see which of the pages is open: on a phone their row is longer than the screen. */
const isInSight = ({ page }: Visitor) =>
  page
    .getByRole("navigation", { name: "Manage the chat" })
    .locator("[aria-current]")
    .evaluate((link) => {
      const { left, right } = link.getBoundingClientRect();
      return left >= 0 && right <= document.documentElement.clientWidth;
    });
