import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Message } from "../../../server/protocol/events.ts";
import { Follower } from "../../support/follower.ts";
import { deafen, startNode, startNodes, type TestNode } from "../../support/nodes.ts";
import { Person, type Socket, sending } from "../../support/person.ts";
import { freshDatabase } from "../../support/postgres.ts";
import { settleRoles } from "../../support/village.ts";
import { logOf } from "../store/conformance/ground.ts";

let nodes: TestNode[];
const people: Record<string, Person> = {};
beforeAll(async () => {
  const url = await freshDatabase();
  // Limits so wide that only those of deleting are met.
  const env = { MESSAGE_BURST: "1000", MESSAGES_PER_MINUTE: "1000" };
  const first = await startNode({ url, env });
  for (const name of ["alice", "bob", "mona"]) people[name] = await new Person(first, name).register();
  await settleRoles(first.store, ["member", "member", "moderator"]);
  await first.stop();
  nodes = await startNodes(3, { url, env });
});
afterAll(async () => {
  for (const node of nodes) await node.stop();
  expect(nodes.flatMap(({ bugs }) => bugs)).toEqual([]);
});

const enter = (name: string, node: number) => people[name]!.at(nodes[node]!).enter();
const remove = (socket: Socket, { conversation, seq }: Pick<Message, "conversation" | "seq">) =>
  socket.ask("message.delete", { conversation, seq }, "message.deleted");
const changeOf = async (socket: Socket, { seq }: Message) =>
  (await socket.event("message.changed", ({ message }) => message.seq === seq)).message;

test("what a moderator deletes on one node is gone on all, and the same everywhere", async () => {
  const [a, b, m] = await Promise.all([enter("alice", 0), enter("bob", 1), enter("mona", 2)]);
  const message = await a.say("rude words");
  await remove(m, message);
  const changed = await changeOf(m, message);
  expect(changed).toMatchObject({ ...message, rev: message.seq + 1, body: { text: "" } });
  for (const socket of [a, b]) expect(await changeOf(socket, message)).toEqual(changed);
});

test("an edit, a reaction, a pin and an answer on one node are so on all, and the thread is counted the same everywhere", async () => {
  const [a, b, m] = await Promise.all([enter("alice", 0), enter("bob", 1), enter("mona", 2)]);
  const followers = await Promise.all([a, b, m].map((socket) => new Follower().follow(socket)));
  const { seq } = await a.say("helo @bob");
  const about = { conversation: "group", seq };
  await m.event("message.sent", ({ message }) => message.seq === seq);
  await Promise.all([
    a.ask("message.edit", { ...about, body: { text: "hello @bob" } }, "message.edited"),
    b.ask("message.react", { ...about, emoji: "👍", on: true }, "message.reacted"),
    m.ask("message.pin", { ...about, on: true }, "message.pinned"),
  ]);
  const clientId = crypto.randomUUID();
  b.send("message.send", { conversation: "group", clientId, body: { text: "hi", replyTo: seq } });
  const answer = await m.event("message.sent", ({ message }) => message.clientId === clientId);
  for (const follower of followers) await follower.reaches(answer.message.rev);
  const list = await m.ask("message.read", { conversation: "group", seqs: [seq] }, "message.list");
  const [stored] = list.messages;
  expect(stored).toMatchObject({
    body: { text: "hello @bob" },
    mentions: { people: [2] },
    reactions: [{ emoji: "👍", people: [2] }],
    pinned: { by: 3 },
    replies: { count: 1, upTo: answer.message.seq },
  });
  for (const { log, contradictions } of followers) {
    const { replies, ...held } = log.find((message) => message.seq === seq)!;
    const { replies: counted, ...said } = stored!;
    expect([held, contradictions]).toEqual([said, []]);
    expect(log.find((message) => message.thread === seq)).toEqual(answer.message);
  }
});

test("a private message that is deleted is gone for both, on whichever nodes they are, and nobody else hears of it", async () => {
  const [a, b, m] = await Promise.all([enter("alice", 0), enter("bob", 1), enter("mona", 1)]);
  const message = await a.say("between us", "direct:1:2");
  await remove(a, message);
  expect((await changeOf(b, message)).body.text).toBe("");
  await m.ask("ping", {}, "pong");
  expect(m.events.filter(({ type }) => type === "message.changed")).toEqual([]);
});

test("where everybody writes and deletes on different nodes, all come to have what is stored", async () => {
  const sockets = await Promise.all([enter("alice", 0), enter("bob", 1), enter("mona", 2)]);
  const followers = await Promise.all(
    [enter("mona", 0), enter("alice", 1), enter("bob", 2)].map(async (socket) =>
      new Follower().follow(await socket),
    ),
  );
  const inVain = async (socket: Socket, text: string) => remove(socket, await socket.say(text));
  await Promise.all(
    Array.from({ length: 30 }, (_, at) => [
      inVain(sockets[at % 3]!, `in vain ${at}`),
      sockets[(at + 1) % 3]!.say(`kept ${at}`),
    ]).flat(),
  );
  const log = await logOf(nodes[0]!.store);
  for (const follower of followers) await follower.reaches(log.at(-1)!.rev);
  for (const follower of followers) {
    expect(follower.log).toEqual(log.toSorted((one, other) => one.seq - other.seq));
    // A node that had to read what others stored finds what was deleted by then under one number: a hole, which is asked for.
    expect(follower.contradictions).toEqual([]);
  }
});

test("sending it again over another node answers it as it is, and stores nothing", async () => {
  const clientId = crypto.randomUUID();
  const socket = await enter("alice", 0);
  const message = await socket.say("was it sent?", "group", clientId);
  await remove(socket, message);
  const other = await enter("alice", 1);
  other.send("message.send", { conversation: "group", clientId, body: { text: "was it sent?" } });
  const echo = await other.event("message.sent", (event) => event.message.clientId === clientId);
  expect(echo.message).toEqual(await changeOf(socket, message));
});

test("who is muted or banned on one node is so on the others", async () => {
  const [phone, laptop] = await Promise.all([enter("bob", 1), enter("bob", 2)]);
  const mona = people.mona!.at(nodes[0]!);
  await mona.fetch("PUT", "/api/people/2/mute", { minutes: 5, reason: "" });
  for (const socket of [phone, laptop]) {
    await socket.event("me.muted");
    const message = sending("hello?");
    expect((await socket.ask("message.send", message, "error")).code).toBe("muted");
  }
  await mona.fetch("PUT", "/api/people/2/status", { status: "banned", reason: "" });
  expect(await Promise.all([phone.closed, laptop.closed])).toEqual([4504, 4504]);
});

test("where no signal arrives, what was deleted is found by looking", async () => {
  const [a, m] = await Promise.all([enter("alice", 0), enter("mona", 2)]);
  const message = await a.say("not for long");
  await m.event("message.sent", (event) => event.message.seq === message.seq);
  for (const { shared } of nodes) deafen(shared);
  await remove(a, message);
  expect((await changeOf(m, message)).body.text).toBe("");
});
