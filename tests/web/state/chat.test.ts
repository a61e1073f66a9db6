import { describe, expect, test } from "bun:test";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import { openChat } from "../fakes/client.ts";
import { alice, bob, direct, ModelServer } from "../fakes/model-server.ts";

function setUp() {
  const server = new ModelServer();
  const client = openChat(server);
  const notices = () => client.chat.noticesIn(groupId).map(({ text }) => text);
  return { server, ...client, notices };
}

describe("entering", () => {
  test("welcomes once, however often the connection is made", () => {
    const { connect, server, notices } = setUp();
    connect();
    server.cut();
    connect();
    expect(notices()).toEqual(["Welcome, alice"]);
  });

  test("keeps the directory, and asks with its tag until it changes", () => {
    const { connect, server, sockets, chat } = setUp();
    const tags = () =>
      sockets.all
        .flatMap(({ sent }) => sent)
        .flatMap((one) => (one.type === "chat.enter" ? [one.people] : []));
    connect();
    server.cut();
    connect();
    server.publish({ type: "person.registered", person: { id: 3, name: "carol" } });
    server.settle();
    expect(chat.people.nameOf(3)).toBe("carol");
    server.cut();
    connect();
    expect(tags()).toEqual([undefined, "tag", undefined]);
  });

  test("a socket that turns out to be somebody else's gets nothing of ours", () => {
    const { chat, sockets, told, server } = setUp();
    chat.outbox.add(groupId, "private");
    chat.connection.connect();
    server.accept(sockets.last);
    server.work();
    const [frame] = server.queue;
    sockets.last.deliver(
      ...frame!.events.map((event) => ({ ...event, me: { id: 9, name: "mallory" } }) as never),
    );
    expect(told).toEqual(["doubted"]);
    expect(sockets.last.sent.map(({ type }) => type)).toEqual(["chat.enter"]);
    expect(chat.entered).toBe(false);
  });

  test("another version of the protocol asks for another client", () => {
    const { chat, sockets, told, server } = setUp();
    chat.connection.connect();
    server.accept(sockets.last);
    server.work();
    sockets.last.deliver(...server.queue[0]!.events.map((event) => ({ ...event, version: 2 }) as never));
    expect(told).toEqual(["outdated"]);
  });

  test("what comes before the answer is heard after it, in the history the answer names", () => {
    const { connect, server, chat, sockets } = setUp();
    chat.open(groupId);
    connect();
    server.write(bob.id);
    server.settle();
    server.cut();
    server.restore("second");
    chat.connection.connect();
    server.accept(sockets.last);
    server.write(bob.id);
    server.release();
    expect(chat.conversations.of(groupId).pages.messages).toHaveLength(1);
    server.settle();
    expect(chat.conversations.of(groupId).pages.messages).toEqual(server.of(groupId).messages);
  });
});

describe("people", () => {
  test("who comes and who goes is told in the group, but not of oneself and not when it is quiet", () => {
    const { connect, server, notices, chat } = setUp();
    connect();
    server.publish({ type: "presence.changed", online: [], offline: [bob.id] });
    server.publish({ type: "presence.changed", online: [bob.id, alice.id], offline: [] });
    server.publish({ type: "presence.changed", online: [], offline: [bob.id], quiet: true });
    server.settle();
    expect(notices()).toEqual(["Welcome, alice", "bob has left the chat", "bob has joined the chat"]);
    expect(chat.noticesIn(direct)).toEqual([]);
    expect(chat.people.offline.map(({ name }) => name)).toEqual(["bob"]);
  });

  test("a deleted account cannot be written to, and its messages keep no name", () => {
    const { connect, server, chat } = setUp();
    connect();
    server.publish({ type: "person.deleted", id: bob.id });
    server.settle();
    expect([chat.people.nameOf(bob.id), chat.people.reachable(bob.id), chat.has(direct)]).toEqual([
      "Deleted user",
      false,
      true,
    ]);
  });
});

describe("conversations", () => {
  test("one that nobody knew of appears with its first message, and counts it", () => {
    const { connect, server, chat } = setUp();
    connect();
    server.write(bob.id, direct);
    server.settle();
    expect(chat.conversations.all.map(({ id, reading }) => [id, reading.unread])).toEqual([
      [groupId, 0],
      [direct, 1],
    ]);
    expect(chat.conversations.unread).toBe(1);
    expect(chat.titleOf(direct)).toBe("bob");
  });

  test("those of others, and those with nobody, are none of ours", () => {
    const { connect, chat } = setUp();
    connect();
    for (const id of ["direct:2:3", "direct:1:77", "direct:1:1", "direct:2:1", "nonsense", ""]) {
      expect(chat.has(id)).toBe(false);
    }
    for (const id of [groupId, direct]) expect(chat.has(id)).toBe(true);
  });
});

describe("reading", () => {
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
    server.publish({ type: "read.marked", conversation: groupId, seq: 3, unread: 1 });
    server.settle();
    expect(chat.conversations.unread).toBe(1);
    server.write(bob.id);
    server.settle();
    expect(chat.conversations.unread).toBe(2);
  });
});

describe("when it ends", () => {
  for (const [code, sentence] of [
    [closeCodes.signedOut, /logged out/],
    [closeCodes.sessionExpired, /long time/],
    [closeCodes.accountDeleted, /deleted/],
  ] as const) {
    test(`${code} says why`, () => {
      const { connect, server, told } = setUp();
      connect();
      server.cut(code);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(sentence);
    });
  }

  test("too many sockets pauses this one, and it can be tried again", () => {
    const { connect, server, chat, told } = setUp();
    connect();
    server.cut(closeCodes.tooManySockets);
    expect(chat.connection.trouble).toEqual({ kind: "closed" });
    connect();
    expect([chat.connection.trouble, told]).toEqual([null, []]);
  });

  test("a socket that will not open makes us ask whether the session is still there", () => {
    const { chat, sockets, told } = setUp();
    chat.connection.connect();
    sockets.last.cut();
    expect(told).toEqual(["doubted"]);
  });

  test("a short interruption is not worth a word; a longer one counts down", () => {
    const { connect, server, chat, sockets, system } = setUp();
    connect();
    server.cut();
    expect(chat.connection.trouble).toBeNull();
    system.advance(500);
    sockets.last.cut();
    expect(chat.connection.trouble).toEqual({ kind: "waiting", seconds: 1 });
    system.advance(1_000);
    expect(chat.connection.trouble).toEqual({ kind: "trying" });
    sockets.last.cut();
    const seconds = [];
    for (let count = 0; count < 2; count++) {
      seconds.push(chat.connection.trouble);
      system.advance(1_000);
    }
    expect(seconds).toEqual([2, 1].map((left) => ({ kind: "waiting", seconds: left }) as const));
    server.accept(sockets.last);
    server.settle();
    expect(chat.connection.trouble).toBeNull();
  });
});
