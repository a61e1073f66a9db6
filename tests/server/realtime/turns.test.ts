import { expect, test } from "bun:test";
import { turns } from "../../../server/realtime/turns.ts";
import { Person } from "../../support/person.ts";
import { startServer } from "../../support/server.ts";

test("ASVS 2.4.1 who asks for a hundred pages at once waits for them alone", async () => {
  const server = await startServer({ env: { MESSAGES_PER_MINUTE: "100000", MESSAGE_BURST: "1000" } });
  const greedy = await (await new Person(server, "greedy").register()).enter();
  const other = await (await new Person(server, "other").register()).enter();
  for (let at = 0; at < 20; at++) await other.say("something to read");
  const pages = () => greedy.events.filter(({ type }) => type === "history.page").length;

  for (let at = 0; at < 100; at++) greedy.send("history.read", { conversation: "group", limit: 200 });
  await other.ask("ping", {}, "pong");
  expect(pages()).toBeLessThan(100);
  await greedy.until(() => pages() === 100);
  await server.stop();
  expect(server.bugs).toEqual([]);
});

test("work of one user is done in order, one at a time, and goes on after a failure", async () => {
  const { take } = turns();
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
