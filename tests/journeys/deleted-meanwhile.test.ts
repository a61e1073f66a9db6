import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, WebSocketRoute } from "playwright-core";
import { launch } from "../support/browser.ts";
import { type Village, village } from "../support/village.ts";
import { Visitor } from "../support/visitor.ts";

setDefaultTimeout(90_000);
let home: Village;
let browser: Browser;
beforeAll(async () => {
  [home, browser] = await Promise.all([
    village({ olga: "owner", mona: "moderator", anna: "member", bert: "member" }),
    launch(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await home.server.stop();
  expect(home.server.bugs).toEqual([]);
});

async function arrive(name: string): Promise<Visitor> {
  const visitor = await (await Visitor.arrive(browser, home.server, name)).logIn();
  await visitor.log.waitFor();
  return visitor;
}
/** The line between a page and the server, which the test can cut; pages and requests still work. */
async function lineOf({ page }: Visitor) {
  const open = new Set<WebSocketRoute>();
  let isCut = false;
  await page.routeWebSocket(/\/api\/socket/, (socket) => {
    if (isCut) return void socket.close();
    open.add(socket);
    socket.connectToServer();
  });
  return {
    async cut() {
      isCut = true;
      for (const socket of open) await socket.close();
      open.clear();
    },
    restore() {
      isCut = false;
    },
  };
}
const texts = ({ log }: Visitor) => log.getByRole("article").locator(".body p").allInnerTexts();

test("what a moderator deletes while somebody is offline is deleted for them too, when they are back, and in its place", async () => {
  const anna = await arrive("anna");
  const bert = await Visitor.arrive(browser, home.server, "bert");
  const line = await lineOf(bert);
  await bert.logIn();
  await bert.log.waitFor();
  for (const text of ["one", "two", "three"]) await anna.say(text);
  await bert.sees("three");
  await line.cut();
  await bert.page.getByText("No connection.").waitFor();
  const mona = await home.people.mona!.enter();
  await mona.ask("message.delete", { conversation: "group", seq: 2 }, "message.deleted");
  await anna.until(
    () => texts(anna),
    (shown) => shown.join() === "one,Message deleted,three",
  );
  expect(await texts(bert)).toEqual(["one", "two", "three"]);
  line.restore();
  await anna.say("four");
  await bert.until(
    () => texts(bert),
    (shown) => shown.join() === "one,Message deleted,three,four",
  );
  for (const { complaints } of [anna, bert]) expect(complaints).toEqual([]);
});

test("what the server is called stands above the conversations, and changes while one looks", async () => {
  const anna = await arrive("anna");
  await anna.page.getByText("Secure Chat", { exact: true }).waitFor();
  const now = (await home.server.store.settings.read())!;
  const named = { ...now, name: "The Millers of the Long Valley and friends" };
  const changed = await home.people.olga!.fetch("PUT", "/api/settings", {
    ...named,
    name: named.name.slice(0, 40),
  });
  expect(changed.status).toBe(204);
  await anna.page.getByText("The Millers of the Long Valley and frien", { exact: true }).waitFor();
  await anna.until(
    () => anna.page.title(),
    (title) => title.endsWith("Group Chat · The Millers of the Long Valley and frien"),
  );
});
