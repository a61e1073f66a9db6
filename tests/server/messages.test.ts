import { afterAll, beforeAll, expect, test } from "bun:test";
import { Person } from "../support/person.ts";
import { startServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
  expect(server.bugs).toEqual([]);
});

test("two people talk in the group and in private", async () => {
  const alice = await new Person(server, "alice").register();
  const bob = await new Person(server, "bob").register();
  const [a, b] = [await alice.enter(), await bob.enter()];
  expect(a.entered.people).toEqual([
    { id: 1, name: "alice" },
    { id: 2, name: "bob" },
  ]);
  const first = await a.say("hello");
  expect(first).toMatchObject({ conversation: "group", seq: 1, rev: 1, author: 1 });
  expect((await b.event("message.sent")).message).toEqual(first);
  const secret = await b.say("psst", "direct:1:2");
  expect((await a.event("message.sent", ({ message }) => message.author === 2)).message).toEqual(secret);
  a.close();
  b.close();
});
