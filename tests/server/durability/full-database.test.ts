import { afterEach, beforeEach, expect, test } from "bun:test";
import { database } from "../../support/database.ts";
import { Follower } from "../../support/follower.ts";
import { Person, password } from "../../support/person.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { logOf } from "../db/conformance/ground.ts";

const { db, store } = database();
let server: TestServer;
beforeEach(async () => {
  server = await startServer({ store, env: { MESSAGES_PER_MINUTE: "1000000", MESSAGE_BURST: "1000000" } });
});
afterEach(async () => {
  await server.stop();
  expect(server.bugs).toEqual([]);
});

/** The database may not grow by another page, which SQLite reports as a full disk. */
const fill = () => {
  const pages = db.$client.query<{ page_count: number }, []>("pragma page_count").get()!.page_count;
  db.$client.run(`pragma max_page_count = ${pages}`);
};
const makeRoom = () => db.$client.run("pragma max_page_count = 1000000");

test("a full database refuses what is new, clearly; what is there can be read; and it recovers by itself", async () => {
  const alice = await new Person(server, "alice").register();
  const bob = await new Person(server, "bob").register();
  const [a, b] = [await alice.enter(), await bob.enter()];
  const follower = await new Follower().follow(b);
  await a.say("before");

  fill();
  const waiting: { clientId: string; text: string }[] = [];
  let stored = 1;
  for (let at = 0; waiting.length < 5 && at < 500; at++) {
    const message = { clientId: crypto.randomUUID(), text: `${at} ${"x".repeat(2000)}` };
    const body = { text: message.text };
    const ref = a.send("message.send", { conversation: "group", clientId: message.clientId, body });
    await a.until(() =>
      a.events.some(
        (event) =>
          (event.type === "error" && event.ref === ref) ||
          (event.type === "message.sent" && event.message.clientId === message.clientId),
      ),
    );
    const error = a.events.find((event) => event.type === "error" && event.ref === ref);
    if (!error) stored++;
    else {
      expect(error).toMatchObject({ code: "storage_full", retryAfter: 5000 });
      expect(error).toHaveProperty("message", expect.stringContaining("disk is full"));
      waiting.push(message);
    }
  }
  expect(waiting).toHaveLength(5);

  // The last pages of the accounts may have room for some more.
  const register = (at: number) =>
    new Person(server, "carol").fetch("POST", "/api/account", { name: `newcomer-${at}`, password });
  let refused = await register(0);
  for (let at = 1; refused.status === 201 && at < 40; at++) refused = await register(at);
  expect(refused.status).toBe(507);
  expect(await refused.json()).toMatchObject({ error: { code: "storage_full" } });

  b.send("read.mark", { conversation: "group", seq: 1 });
  const again = await bob.enter();
  expect(again.entered.conversations).toMatchObject([{ id: "group", head: stored }]);
  const page = await again.ask("history.read", { conversation: "group", limit: 1 }, "history.page");
  expect(page.messages).toHaveLength(1);

  makeRoom();
  for (const { clientId, text } of waiting) await a.say(text, "group", clientId);
  await new Person(server, "carol").register();
  await follower.reaches(stored + 5);
  const log = await logOf(store);
  expect(follower.log).toEqual(log);
  expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: stored + 5 }, (_, at) => at + 1));
  expect(log.slice(-5).map(({ clientId }) => clientId)).toEqual(waiting.map(({ clientId }) => clientId));
});
