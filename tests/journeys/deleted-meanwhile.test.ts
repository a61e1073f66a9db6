import { expect, test } from "bun:test";
import type { WebSocketRoute } from "playwright-core";
import { stage } from "../support/stage.ts";
import type { Visitor } from "../support/visitor.ts";

const { server, people, visit } = stage({
  browser: true,
  people: { olga: "owner", mona: "moderator", anna: "member", bert: "member" },
});

async function arrive(name: string): Promise<Visitor> {
  const visitor = await (await visit(name)).logIn();
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
  const bert = await visit("bert");
  const line = await lineOf(bert);
  await bert.logIn();
  await bert.log.waitFor();
  for (const text of ["one", "two", "three"]) await anna.say(text);
  await bert.sees("three");
  await line.cut();
  await bert.page.getByText("No connection.").waitFor();
  const mona = await people.mona.enter();
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
});

test("what the server is called stands above the conversations, and changes while one looks", async () => {
  const anna = await arrive("anna");
  await anna.page.getByText("Secure Chat", { exact: true }).waitFor();
  const now = (await server.store.settings.read())!;
  const named = { ...now, name: "The Millers of the Long Valley and friends" };
  const changed = await people.olga.fetch("PUT", "/api/settings", {
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
