import { describe, expect, test } from "bun:test";
import { directId, groupId } from "../../../server/protocol/conversation-id.ts";
import { limits } from "../../../server/protocol/limits.ts";
import { openChat } from "../fakes/client.ts";
import { alice, bob, direct, ModelServer } from "../fakes/model-server.ts";

/** A chat whose group holds so many messages, all read but the last `unread`. */
function setUp(messages: number, page = 3, unread = 0) {
  const server = new ModelServer(page);
  for (let count = 0; count < messages; count++) server.write(bob.id);
  server.of(groupId).lastRead = messages - unread;
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
    expect(group.busy).toBe(true);
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

describe("opening at what is unread", () => {
  test("begins at the first unread message, however many there are, with one page around it", () => {
    for (const unread of [1, 100, 190, 230, 400, 2_000]) {
      const { chat, connect, group, shown, sockets } = setUp(2_500, 50, unread);
      chat.open(groupId);
      connect();
      const first = 2_501 - unread;
      expect([group.firstNew, group.pages.start]).toEqual([first, { seq: first }]);
      expect([shown()[0], shown().at(-1)]).toEqual([first - 50, Math.min(first + 49, 2_500)]);
      expect(sockets.last.sent.filter(({ type }) => type === "history.read")).toHaveLength(1);
    }
  });

  test("takes nothing in from beyond what is held, and goes on page by page until it meets the newest", () => {
    const { server, chat, connect, group, shown } = setUp(20, 3, 12);
    chat.open(groupId);
    connect();
    expect(shown()).toEqual([6, 7, 8, 9, 10, 11]);
    server.write(bob.id);
    server.remove(groupId, 10);
    server.settle();
    expect([shown(), group.reading.unread]).toEqual([[6, 7, 8, 9, 10, 11], 12]);
    expect(group.pages.messages[4]).toMatchObject({ seq: 10, deletedAt: expect.any(Number) });
    for (let last = 14; last <= 20; last += 3) {
      group.readNewer();
      group.readNewer();
      server.settle();
      expect(shown().at(-1)).toBe(last);
    }
    group.readNewer();
    server.write(bob.id);
    server.settle();
    expect([shown().at(-1), group.pages.newer]).toEqual([23, false]);
    server.write(bob.id);
    server.settle();
    expect(shown()).toEqual(
      [...Array.from({ length: 16 }, (_, at) => at + 6), 23, 24].filter((seq) => seq !== 22),
    );
  });

  test("looks past what was deleted for the first that is there to be read", () => {
    const { server, chat, connect, group, shown } = setUp(400, 20, 300);
    for (let seq = 101; seq <= 250; seq++) server.remove(groupId, seq);
    chat.open(groupId);
    connect();
    expect([group.firstNew, group.pages.start, shown()[0]]).toEqual([251, { seq: 251 }, 81]);
  });

  test("the end is reached from anywhere by one page, also when it was asked for without a connection", () => {
    const { server, chat, connect, group, shown } = setUp(500, 50, 300);
    chat.open(groupId);
    connect();
    expect(group.pages.newer).toBe(true);
    group.toEnd();
    expect([shown()[0], group.endWanted]).toEqual([151, true]);
    server.settle();
    expect([shown()[0], shown().at(-1), group.pages.start, group.endWanted]).toEqual([
      451,
      500,
      { seq: null },
      false,
    ]);

    chat.open(direct);
    chat.open(groupId);
    server.settle();
    expect(group.pages.start).toEqual({ seq: 201 });
    server.cut();
    group.toEnd();
    expect([group.pages.start, group.endWanted, shown().at(-1)]).toEqual([{ seq: null }, true, 250]);
    connect();
    expect([shown().at(-1), group.endWanted]).toEqual([500, false]);
  });

  test("what was wanted when the connection broke, or was refused, is asked for again", () => {
    const { server, chat, connect, group, shown, system } = setUp(20, 3, 12);
    chat.open(groupId);
    connect();
    group.readOlder();
    server.cut();
    group.readNewer();
    connect();
    expect(shown()).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    server.refuse = () => ({ code: "busy", message: "Too much." });
    group.readOlder();
    server.settle();
    server.refuse = null;
    system.advance(2_000);
    server.settle();
    expect([shown()[0], group.busy]).toEqual([1, false]);
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

  test("far too much of it begins anew where the unread part does, and the rest stays within reach", () => {
    const { server, chat, connect, shown, group, sockets } = setUp(900, 200);
    chat.open(groupId);
    connect();
    server.cut();
    for (let count = 0; count < 6_000; count++) server.write(bob.id);
    connect();
    expect(sockets.last.sent.filter(({ type }) => type === "conversation.sync")).toEqual([]);
    expect([shown()[0], shown().at(-1), group.firstNew, group.pages.start]).toEqual([
      701,
      1_100,
      901,
      { seq: 901 },
    ]);
    group.toEnd();
    server.settle();
    expect([shown()[0], shown().at(-1), group.pages.newer]).toEqual([6_701, 6_900, false]);
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

test("after a long absence one request is made for each conversation that is held and has changed", () => {
  const server = new ModelServer(200);
  const ids = Array.from({ length: 200 }, (_, at) => directId(alice.id, at + 2));
  for (const id of ids) server.write(bob.id, id);
  const { chat, connect, sockets } = openChat(server);
  connect();
  const held = ids.slice(0, 40);
  for (const id of held) {
    chat.open(id);
    server.settle();
  }
  server.cut();
  // Half of those that are held, many that are not, one in which more was written than one answer holds; the open one last.
  const changed = [...ids.slice(0, 20), ...ids.slice(60, 150)];
  for (const id of changed) for (let count = 0; count < 150; count++) server.write(bob.id, id);
  for (let count = 0; count < 201; count++) server.write(bob.id, ids[20]);
  server.write(bob.id, held.at(-1));
  connect();
  const asked = sockets.last.sent.flatMap((one) =>
    "conversation" in one && one.type !== "readers.read" ? [`${one.type} ${one.conversation}`] : [],
  );
  const synced = [...ids.slice(0, 20), held.at(-1)].map((id) => `conversation.sync ${id}`);
  expect(asked.toSorted()).toEqual(synced.toSorted());
  for (const id of held.slice(0, 20)) expect(chat.conversations.of(id).pages.messages).toHaveLength(151);
  expect(chat.conversations.of(ids[20]!).pages.loaded).toBe(false);
  expect(chat.conversations.of(ids[149]!).reading.unread).toBe(limits.unreadMax);
});
