import { expect, test } from "bun:test";
import { userQueues } from "../../../server/realtime/user-queues.ts";
import { database } from "../../support/database.ts";
import { Person } from "../../support/person.ts";
import { startServer } from "../../support/server.ts";

test("ASVS 2.4.1 who asks for a hundred pages at once waits for them alone: between two of them others are served", async () => {
  const { store } = database();
  const readAt: number[] = [];
  let turn = 0;
  let counting = true;
  const count = () => {
    turn++;
    if (counting) setImmediate(count);
  };
  const { before } = store.messages;
  store.messages.before = (...asked) => {
    readAt.push(turn);
    return before(...asked);
  };
  const server = await startServer({ store });
  const greedy = await (await new Person(server, "greedy").register()).enter();

  count();
  for (let at = 0; at < 100; at++) greedy.send("history.read", { conversation: "group" });
  await greedy.until(() => greedy.events.filter(({ type }) => type === "history.page").length === 100);
  counting = false;
  expect(new Set(readAt).size).toBe(100);
  await server.stop();
  expect(server.bugs).toEqual([]);
});

test("work of one user is done in order, one at a time, and goes on after a failure", async () => {
  const { take } = userQueues();
  const done: string[] = [];
  const work = (name: string) => async () => {
    done.push(`${name} begins`);
    await Promise.resolve();
    done.push(`${name} ends`);
    if (name === "second") throw new Error("in vain");
    return name;
  };
  const results = await Promise.allSettled(["first", "second", "third"].map((name) => take(1, work(name))));
  expect(done).toEqual(["first", "second", "third"].flatMap((name) => [`${name} begins`, `${name} ends`]));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});
