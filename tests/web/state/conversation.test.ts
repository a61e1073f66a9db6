import { describe, expect, test } from "bun:test";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import { openChat } from "../fakes/client.ts";
import { bob, direct, ModelServer } from "../fakes/model-server.ts";

function setUp(messages: number, page = 3) {
  const server = new ModelServer(page);
  for (let count = 0; count < messages; count++) server.write(bob.id);
  const client = openChat(server);
  const group = client.chat.conversations.of(groupId);
  const shown = () => client.chat.conversations.of(groupId).pages.messages.map(({ seq }) => seq);
  return { server, ...client, group, shown };
}

describe("opening", () => {
  test("shows the latest page, and older ones when asked, one at a time", () => {
    const { server, chat, connect, group, shown, sockets } = setUp(8);
    chat.open(groupId);
    connect();
    expect(shown()).toEqual([6, 7, 8]);
    expect(group.pages.more).toBe(true);
    group.readOlder();
    group.readOlder();
    expect(group.readingOlder).toBe(true);
    server.settle();
    expect(shown()).toEqual([3, 4, 5, 6, 7, 8]);
    group.readOlder();
    server.settle();
    expect(shown()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(group.pages.more).toBe(false);
    const asked = sockets.last.sent.length;
    group.readOlder();
    expect(sockets.last.sent).toHaveLength(asked);
  });

  test("an empty conversation is known to be empty, and takes its first message", () => {
    const { server, chat, connect, group, shown } = setUp(0);
    chat.open(groupId);
    connect();
    expect([group.pages.loaded, group.pages.more, shown()]).toEqual([true, false, []]);
    server.write(bob.id);
    server.settle();
    expect(shown()).toEqual([1]);
  });

  test("a page that was on its way when the conversation was left leaves no gap behind", () => {
    const { server, chat, connect, group } = setUp(500, 210);
    chat.open(groupId);
    connect();
    group.readOlder();
    chat.open(direct);
    server.settle();
    const seqs = group.pages.messages.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index));
    expect(seqs.at(-1)).toBe(500);
  });
});

describe("a hole", () => {
  test("is closed by asking, and nothing is shown past it before", () => {
    const { server, chat, connect, shown } = setUp(2);
    chat.open(groupId);
    connect();
    for (let count = 0; count < 7; count++) server.write(bob.id);
    server.queue.splice(0, 6);
    server.release();
    expect(shown()).toEqual([1, 2]);
    server.settle();
    expect(shown()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("is asked for once, however many live messages come from beyond it", () => {
    const { server, chat, connect, sockets } = setUp(2);
    chat.open(groupId);
    connect();
    for (let count = 0; count < 5; count++) server.write(bob.id);
    server.queue.shift();
    for (let count = 0; count < 4; count++) server.release();
    expect(sockets.last.sent.filter(({ type }) => type === "conversation.sync")).toHaveLength(1);
  });

  test("a refused question is asked again after the time the server names", () => {
    const { server, chat, connect, shown, system } = setUp(2);
    chat.open(groupId);
    connect();
    server.refuse = ({ type }) =>
      type === "conversation.sync"
        ? { code: "rate_limited", message: "Slow down.", retryAfter: 5_000 }
        : null;
    server.write(bob.id);
    server.queue.shift();
    server.write(bob.id);
    server.settle();
    server.refuse = null;
    system.advance(4_999);
    server.settle();
    expect(shown()).toEqual([1, 2]);
    system.advance(1);
    server.settle();
    expect(shown()).toEqual([1, 2, 3, 4]);
  });
});

describe("after an absence", () => {
  test("what was missed comes, in its order, also 2,000 messages", () => {
    const { server, chat, connect, shown } = setUp(2, 200);
    chat.open(groupId);
    connect();
    server.cut();
    for (let count = 0; count < 2_000; count++) server.write(bob.id);
    connect();
    expect(shown()).toEqual(Array.from({ length: 2_002 }, (_, index) => index + 1));
  });

  test("far too much of it begins with the latest page instead, and the rest stays within reach", () => {
    const { server, chat, connect, shown, group, sockets } = setUp(2, 200);
    chat.open(groupId);
    connect();
    server.cut();
    for (let count = 0; count < 6_000; count++) server.write(bob.id);
    connect();
    expect(sockets.last.sent.filter(({ type }) => type === "conversation.sync")).toEqual([]);
    expect(shown()[0]).toBe(5_803);
    group.readOlder();
    server.settle();
    expect([shown()[0], shown().length]).toEqual([5_603, 400]);
  });

  test("another epoch voids what is held, but not what is to be sent", () => {
    const { server, chat, connect, shown } = setUp(5);
    chat.open(groupId);
    connect();
    server.cut();
    chat.outbox.add(groupId, "written meanwhile");
    server.restore("second");
    connect();
    expect(server.of(groupId).messages.map(({ body }) => body.text)).toEqual(["text 1", "written meanwhile"]);
    expect(shown()).toEqual([1, 2]);
    expect(chat.outbox.entries).toEqual([]);
  });
});
