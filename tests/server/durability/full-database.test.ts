import { expect, test } from "bun:test";
import { Follower } from "../../support/follower.ts";
import { Person, password } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";
import { logOf } from "../store/conformance/ground.ts";
import { fillUp } from "./attempt.ts";

const { server } = stage({ once: true, env: { MESSAGES_PER_MINUTE: "1000000", MESSAGE_BURST: "1000000" } });

/** The database may not grow by another page, which SQLite reports as a full disk. */
const fill = () => {
  const pages = server.db.$client.query<{ page_count: number }, []>("pragma page_count").get()!.page_count;
  server.db.$client.run(`pragma max_page_count = ${pages}`);
};
const makeRoom = () => server.db.$client.run("pragma max_page_count = 1000000");

test("a full database refuses what is new, clearly; what is there can be read; and it recovers by itself", async () => {
  const alice = await new Person(server, "alice").register();
  const bob = await new Person(server, "bob").register();
  const [a, b] = [await alice.enter(), await bob.enter()];
  const follower = await new Follower().follow(b);
  await a.say("before");

  fill();
  const { stored, refused } = await fillUp(a);
  expect(refused).toHaveLength(5);
  for (const { error } of refused) {
    expect(error).toMatchObject({ code: "storage_full", retryAfter: 5000 });
    expect(error?.message).toContain("disk is full");
  }
  // The last pages of the accounts may have room for some more.
  const register = (at: number) =>
    new Person(server, "carol").fetch("POST", "/api/account", { name: `newcomer-${at}`, password });
  let answer = await register(0);
  for (let at = 1; answer.status === 201 && at < 40; at++) answer = await register(at);
  expect(answer.status).toBe(507);
  expect(await answer.json()).toMatchObject({ error: { code: "storage_full" } });

  b.send("read.mark", { conversation: "group", seq: 1 });
  const again = await bob.enter();
  const head = stored.length + 1;
  expect(again.entered.conversations).toMatchObject([{ id: "group", head }]);
  const page = await again.ask("history.read", { conversation: "group", limit: 1 }, "history.page");
  expect(page.messages.map(({ seq }) => seq)).toEqual([head]);

  makeRoom();
  for (const { clientId, text } of refused) await a.say(text, "group", clientId);
  await new Person(server, "carol").register();
  await follower.reaches(head + 5);
  const log = await logOf(server.store);
  expect(follower.log).toEqual(log);
  expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: head + 5 }, (_, at) => at + 1));
  expect(log.slice(-5).map(({ clientId }) => clientId)).toEqual(refused.map(({ clientId }) => clientId));
});
