import { expect, test } from "bun:test";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import { openChat } from "../fakes/client.ts";
import { bob, ModelServer } from "../fakes/model-server.ts";

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
  server.tell({ type: "read.marked", conversation: groupId, seq: 3, unread: 1 });
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
      server.tell({ type: "read.marked", conversation: groupId, seq, unread: server.unread(groupId) });
    };
    readElsewhere(7);
    expect([isCutOff, reading.divider, reading.unread]).toEqual([isCutOff, 7, 2]);
    readElsewhere(9);
    expect([isCutOff, reading.divider, reading.unread]).toEqual([isCutOff, null, 0]);
  }
});
