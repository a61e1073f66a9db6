import { expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Download } from "playwright-core";
import { stage } from "../support/stage.ts";
import type { Visitor } from "../support/visitor.ts";

const { server, visit } = stage({ browser: true });

async function taken(visitor: Visitor, button: string): Promise<Download> {
  const [download] = await Promise.all([
    visitor.page.waitForEvent("download"),
    visitor.button(button).click(),
  ]);
  await visitor.page.getByText("Saved with your downloads.").waitFor();
  return download;
}

const hostile = [
  "<img src=x onerror=alert(1)>",
  "</p><script>alert(1)</script>",
  "\"'&lt;b&gt;",
  "<h1>big</h1>",
];

test("ASVS 1.2.1 anna takes her data as JSON and as a page, which shows what was written as it was written", async () => {
  const anna = await (await visit("anna")).register();
  for (const text of hostile) await anna.say(text);
  await anna.goto("/account");
  const json = await taken(anna, "As JSON");
  expect(json.suggestedFilename()).toBe("secure-chat-anna.json");
  const { account, conversations } = await Bun.file(await json.path()).json();
  expect(account.name).toBe("anna");
  expect(conversations[0].messages.map(({ text }: { text: string }) => text)).toEqual(hostile);

  const html = await taken(anna, "As a page to read");
  expect(html.suggestedFilename()).toBe("secure-chat-anna.html");
  const path = `${await html.path()}.html`;
  copyFileSync(await html.path(), path);
  const page = await anna.context.browser()!.newPage();
  const heard: string[] = [];
  page.on("dialog", () => heard.push("dialog"));
  page.on("console", (message) => heard.push(message.text()));
  page.on("request", (request) => heard.push(request.url()));
  await page.goto(pathToFileURL(path).href);
  await page.getByRole("heading", { name: "Group chat" }).waitFor();
  expect(await page.locator("article p").allTextContents()).toEqual(hostile);
  expect(await page.locator("script, img, svg, iframe").count()).toBe(0);
  expect(await page.locator("h1").allTextContents()).toEqual(["Secure Chat"]);
  // Its own style is let through by its hash, and nothing else was asked for.
  expect(
    await page
      .locator("h2")
      .first()
      .evaluate((h2) => getComputedStyle(h2).borderBottomStyle),
  ).toBe("solid");
  expect(heard.filter((each) => each !== pathToFileURL(path).href)).toEqual([]);
});

test("how far it is can be seen, and a file that breaks off is none", async () => {
  const bert = await (await visit("bert")).register();
  const drafts = Array.from({ length: 1_000 }, (_, at) => ({
    conversation: "group" as const,
    author: 2,
    clientId: crypto.randomUUID(),
    body: { text: `${at} ${"x".repeat(500)}` },
    createdAt: Date.now(),
  }));
  await server.store.messages.append(drafts);
  await bert.goto("/account");
  const { by } = server.store.messages;
  const held = Promise.withResolvers<void>();
  let pages = 0;
  server.store.messages.by = async (...asked) => {
    if (++pages === 6) await held.promise;
    return by(...asked);
  };
  const download = bert.page.waitForEvent("download");
  await bert.button("As JSON").click();
  const bar = bert.page.getByRole("progressbar", { name: "Export" });
  const [value, max] = await bert.until(
    async () => [Number(await bar.getAttribute("value")), Number(await bar.getAttribute("max"))] as const,
    ([value]) => value > 300,
  );
  expect([value < 600, max]).toEqual([true, 1_000]);
  held.resolve();
  expect((await Bun.file(await (await download).path()).json()).conversations[0].messages).toHaveLength(
    1_000,
  );
  await bar.waitFor({ state: "detached" });

  pages = 0;
  server.store.messages.by = async (...asked) => {
    if (++pages === 6) throw new Error("broken off");
    return by(...asked);
  };
  await bert.button("As JSON").click();
  await bert.page
    .getByText(/The server does not answer/)
    .first()
    .waitFor();
  expect(await bert.page.getByText("Saved with your downloads.").count()).toBe(0);
  server.store.messages.by = by;
  expect(server.bugs.splice(0)).toEqual([new Error("broken off")]);
});

test("who deletes the account and what they wrote leaves nothing of it with others", async () => {
  const carla = await (await visit("carla")).register();
  const witness = await (await visit("witness")).register();
  await carla.say("forget me");
  await witness.sees("forget me");
  await witness.say("me you may keep");
  await carla.goto("/account");
  await carla.button("Delete account…").click();
  await carla.page.getByLabel("Remove my messages").check();
  await carla.button("Delete my account").click();
  await carla.page.getByText("Your account was deleted.").waitFor();
  await witness.log.getByText("forget me", { exact: true }).waitFor({ state: "detached" });
  await witness.page.reload();
  await witness.sees("me you may keep");
  expect(await witness.log.getByText("forget me").count()).toBe(0);
});
