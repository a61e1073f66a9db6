import { expect, test } from "bun:test";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import { openChat } from "../fakes/client.ts";
import { alice, bob, direct, ModelServer } from "../fakes/model-server.ts";

function setUp() {
  const server = new ModelServer();
  return { server, ...openChat(server) };
}

test("what is watched is read, at most once a second, and set apart only if it was new on opening", () => {
  const { connect, server, chat, system, sockets } = setUp();
  for (let count = 0; count < 3; count++) server.write(bob.id);
  connect();
  expect(chat.conversations.unread).toBe(3);
  chat.open(groupId);
  server.settle();
  const { reading } = chat.conversations.of(groupId);
  expect(reading.divider).toBe(0);
  reading.watch(true);
  for (let count = 0; count < 5; count++) {
    server.write(bob.id);
    server.settle();
    expect(chat.conversations.unread).toBe(0);
  }
  const marks = () => sockets.last.sent.flatMap((one) => (one.type === "read.mark" ? [one.seq] : []));
  expect(marks()).toEqual([3]);
  system.advance(1_000);
  server.settle();
  expect(marks()).toEqual([3, 8]);
  expect(reading.divider).toBe(0);
  expect(server.of(groupId).lastRead).toBe(8);
});

test("what comes while one looks away is counted and set apart; answering ends that", () => {
  const { connect, server, chat } = setUp();
  connect();
  chat.open(groupId);
  server.settle();
  const { reading } = chat.conversations.of(groupId);
  server.write(bob.id);
  server.settle();
  reading.watch(true);
  server.settle();
  reading.watch(false);
  for (let count = 0; count < 2; count++) server.write(bob.id);
  server.settle();
  expect([reading.unread, reading.divider]).toEqual([2, 1]);
  reading.watch(true);
  chat.outbox.add(groupId, "an answer");
  server.settle();
  expect([reading.unread, reading.divider]).toEqual([0, null]);
});

test("reading on another device counts here", () => {
  const { connect, server, chat } = setUp();
  for (let count = 0; count < 4; count++) server.write(bob.id);
  connect();
  server.of(groupId).lastRead = 3;
  server.tell(server.marked(groupId));
  expect(chat.conversations.unread).toBe(1);
  server.write(bob.id);
  server.settle();
  expect(chat.conversations.unread).toBe(2);
});

test("what is new is set apart also when the conversation was open before anything was known of it", () => {
  const { connect, server, chat } = setUp();
  for (let count = 0; count < 4; count++) server.write(bob.id);
  server.of(groupId).lastRead = 1;
  chat.open(groupId);
  connect();
  expect(chat.conversations.of(groupId).reading.divider).toBe(1);
});

test("a short interruption sets apart only what came during it", () => {
  const { connect, server, chat } = setUp();
  for (let count = 0; count < 4; count++) server.write(bob.id);
  server.of(groupId).lastRead = 4;
  chat.open(groupId);
  connect();
  const { reading } = chat.conversations.of(groupId);
  reading.watch(true);
  server.write(bob.id);
  server.release();
  server.cut();
  expect(reading.lastRead).toBe(5);
  connect();
  expect(reading.divider).toBeNull();
  server.cut();
  server.write(bob.id);
  connect();
  expect(reading.divider).toBe(5);
});

test("what another device read while this one was cut off is not new, nor what was read here before", () => {
  const { connect, server, chat } = setUp();
  for (let count = 0; count < 9; count++) server.write(bob.id);
  server.of(groupId).lastRead = 5;
  chat.open(groupId);
  connect();
  const { reading } = chat.conversations.of(groupId);
  expect(reading.divider).toBe(5);
  server.cut();
  server.of(groupId).lastRead = 9;
  for (let count = 0; count < 2; count++) server.write(bob.id);
  connect();
  expect([reading.divider, reading.unread]).toEqual([9, 2]);
  chat.conversations.of(groupId).toEnd();
  server.settle();
  reading.watch(true);
  server.settle();
  expect([reading.divider, server.of(groupId).lastRead]).toEqual([9, 11]);
  server.cut();
  connect();
  expect(reading.divider).toBe(9);
  server.cut();
  server.write(bob.id);
  connect();
  expect(reading.divider).toBe(11);
});

test("what another device has read to the end is not new here, whether this one was cut off or only not watched", () => {
  for (const isCutOff of [true, false]) {
    const { connect, server, chat } = setUp();
    for (let count = 0; count < 9; count++) server.write(bob.id);
    server.of(groupId).lastRead = 5;
    chat.open(groupId);
    connect();
    const { reading } = chat.conversations.of(groupId);
    const readElsewhere = (seq: number) => {
      server.of(groupId).lastRead = seq;
      if (isCutOff) {
        server.cut();
        connect();
        return;
      }
      server.tell(server.marked(groupId));
    };
    readElsewhere(7);
    expect([isCutOff, reading.divider, reading.unread]).toEqual([isCutOff, 7, 2]);
    readElsewhere(9);
    expect([isCutOff, reading.divider, reading.unread]).toEqual([isCutOff, null, 0]);
  }
});

test("what means this person is counted apart: names, calls to all, and answers to what they wrote", () => {
  const { connect, server, chat } = setUp();
  const says = (more: Parameters<ModelServer["write"]>[4]) =>
    server.write(bob.id, groupId, undefined, undefined, more);
  server.write(alice.id);
  const named = says({ mentions: { people: [alice.id] } });
  connect();
  chat.open(groupId);
  server.settle();
  const { reading } = chat.conversations.of(groupId);
  expect([reading.unread, reading.mentions]).toEqual([1, 1]);
  const others: Parameters<typeof says>[0][] = [
    {},
    { mentions: { everyone: true } },
    { mentions: { here: true } },
    { mentions: { people: [bob.id] } },
    { body: { text: "yes", replyTo: 1 }, mentions: { reply: alice.id } },
    { body: { text: "to bob", replyTo: named.seq } },
  ];
  for (const more of others) says(more);
  server.settle();
  expect([reading.unread, reading.mentions, chat.conversations.mentions]).toEqual([7, 4, 4]);
  server.remove(groupId, named.seq);
  server.remove(groupId, named.seq + 2);
  server.settle();
  expect([reading.unread, reading.mentions]).toEqual([5, 2]);
  reading.watch(true);
  server.settle();
  expect([reading.unread, reading.mentions]).toEqual([0, 0]);
});

test("what is marked as unread stays so, on all devices, until one opens it again, or writes in it", () => {
  for (const end of ["opening", "writing"]) {
    const { connect, server, chat } = setUp();
    for (let count = 0; count < 4; count++) server.write(bob.id);
    server.of(groupId).lastRead = 4;
    connect();
    chat.open(groupId);
    server.settle();
    const { reading } = chat.conversations.of(groupId);
    reading.watch(true);
    chat.markUnread(groupId, 3);
    server.settle();
    const state = () => [reading.unread, reading.divider, server.of(groupId).lastRead];
    expect(state()).toEqual([2, 2, 2]);
    server.write(bob.id);
    server.settle();
    for (const watched of [false, true]) reading.watch(watched);
    server.settle();
    expect(state()).toEqual([3, 2, 2]);
    if (end === "opening") {
      chat.open(null);
      chat.open(groupId);
      reading.watch(true);
    } else chat.outbox.add(groupId, "an answer");
    server.settle();
    expect(state()).toEqual(end === "opening" ? [0, 2, 5] : [0, null, 6]);
  }
});

test("marked as unread on another device, it is so here too, and all is read by one word", () => {
  const { connect, server, chat } = setUp();
  for (let count = 0; count < 4; count++) server.write(bob.id);
  server.write(bob.id, direct);
  server.of(groupId).lastRead = 4;
  connect();
  expect(chat.conversations.unread).toBe(1);
  server.of(groupId).lastRead = 1;
  server.tell({ ...server.marked(groupId), back: true });
  expect(chat.conversations.unread).toBe(4);
  chat.markAllRead();
  server.settle();
  expect([chat.conversations.unread, server.of(groupId).lastRead]).toEqual([0, 4]);
});
