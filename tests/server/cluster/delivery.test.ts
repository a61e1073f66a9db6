import { beforeAll, expect, test } from "bun:test";
import { Follower } from "../../support/follower.ts";
import { nodeStage, type TestNode } from "../../support/nodes.ts";
import { Person } from "../../support/person.ts";

const people = new Map<string, Person>();
const { nodes, one, two, three } = nodeStage({ count: 3 });
beforeAll(async () => {
  for (const name of ["alice", "bob", "carol"]) people.set(name, await new Person(one, name).register());
});

/** The same browser, with its cookies, that now reaches another node. */
const at = (node: TestNode | undefined, name: string) => people.get(name)!.at(node!);

test("a session that began on one is good on all", async () => {
  for (const node of nodes) {
    const response = await at(node, "alice").fetch("GET", "/api/account");
    expect(await response.json()).toMatchObject({ name: "alice" });
  }
});

test("what is said on one is heard on all, once and in order", async () => {
  const [a, b, c] = await Promise.all([
    at(one, "alice").enter(),
    at(two, "bob").enter(),
    at(three, "carol").enter(),
  ]);
  const followers = await Promise.all([a, b, c].map((socket) => new Follower().follow(socket)));
  const said = [a, b, c].flatMap((socket, who) =>
    Array.from({ length: 20 }, (_, at) => socket.say(`${who} says ${at}`)),
  );
  const head = Math.max(...(await Promise.all(said)).map(({ seq }) => seq));
  for (const follower of followers) await follower.reaches(head);
  for (const { log } of followers) {
    expect(log).toEqual(followers[0]!.log);
    expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: log.length }, (_, at) => at + 1));
  }
  expect(followers.flatMap(({ contradictions }) => contradictions)).toEqual([]);
  expect(followers.map(({ counted }) => counted.holes)).toEqual([0, 0, 0]);
});

test("a private message reaches both, on whichever nodes they are, and nobody else", async () => {
  const a = await at(one, "alice").enter();
  const b = await at(two, "bob").enter();
  const c = await at(two, "carol").enter();
  const message = await a.say("between us", "direct:1:2");
  expect((await b.event("message.sent", (event) => event.message.seq === 1)).message).toEqual(message);
  await c.ask("ping", {}, "pong");
  expect(c.events.filter(({ type }) => type === "message.sent")).toEqual([]);
});

test("the same message sent again over another node is answered, and stored once", async () => {
  const a = await at(one, "alice").enter();
  const clientId = crypto.randomUUID();
  const first = await a.say("once", "group", clientId);
  const b = await at(two, "alice").enter();
  expect(await b.say("once", "group", clientId)).toEqual(first);
  const page = await b.ask("history.read", { conversation: "group" }, "history.page");
  expect(page.messages.filter((each) => each.clientId === clientId)).toHaveLength(1);
});

test("who moves to another node goes on from the cursor", async () => {
  const follower = await new Follower().follow(await at(one, "carol").enter());
  const before = follower.log.length;
  for (const socket of [await at(one, "alice").enter(), await at(three, "bob").enter()])
    await socket.say("while carol was on the way");
  await follower.follow(await at(two, "carol").enter());
  expect(follower.log.length).toBe(before + 2);
  expect(follower.log.map(({ seq }) => seq)).toEqual(follower.log.map((_, at) => at + 1));
});

test("who registers on one is known on all, and so is who is deleted", async () => {
  const watcher = await at(two, "bob").enter();
  const dora = await new Person(one, "dora").register();
  const { person } = await watcher.event("person.registered", (event) => event.person.name === "dora");
  const socket = await dora.at(three).enter();
  await socket.say("hello bob", `direct:2:${person.id}`);
  await watcher.event("message.sent", (event) => event.message.author === person.id);
  await dora.fetch("DELETE", "/api/account", { messages: "keep" });
  expect(await socket.closed).toBe(4502);
  await watcher.event("person.deleted", (event) => event.id === person.id);
});

test("what one has read is told to one's devices on other nodes", async () => {
  const [desk, phone] = [await at(one, "alice").enter(), await at(two, "alice").enter()];
  const { seq } = await desk.say("read this");
  desk.send("read.mark", { conversation: "group", seq });
  expect(await phone.event("read.marked", (event) => event.seq === seq)).toMatchObject({ unread: 0 });
});

test("that somebody writes, and how far they have read, is told on every node", async () => {
  const [desk, other] = [await at(one, "alice").enter(), await at(two, "bob").enter()];
  desk.send("typing.begin", { conversation: "group" });
  expect(await other.event("typing.began")).toMatchObject({ conversation: "group", person: 1 });
  const { seq } = await desk.say("read this");
  other.send("read.mark", { conversation: "group", seq });
  expect(await desk.event("read.seen")).toMatchObject({ conversation: "group", person: 2, seq });
});
