import { describe, expect, test } from "bun:test";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import { protocolVersion } from "../../../server/protocol/limits.ts";
import { openChat } from "../fakes/client.ts";
import { alice, bob, direct, ModelServer } from "../fakes/model-server.ts";

function setUp() {
  const server = new ModelServer();
  const client = openChat(server);
  const systemLines = () => client.chat.systemLines.between(groupId).map(({ text }) => text);
  return { server, ...client, systemLines };
}

describe("entering", () => {
  test("welcomes once, however often the connection is made", () => {
    const { connect, server, systemLines } = setUp();
    connect();
    server.cut();
    connect();
    expect(systemLines()).toEqual(["Welcome, alice"]);
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
    server.tell({ type: "person.registered", person: { id: 3, name: "carol" } });
    expect(chat.people.nameOf(3)).toBe("carol");
    server.cut();
    connect();
    expect(tags()).toEqual([undefined, "tag", undefined]);
  });

  test("who is barred is in no list, online or not, keeps the name, and is back when let in again", () => {
    const { connect, server, chat } = setUp();
    connect();
    server.tell({ type: "presence.changed", online: [bob.id], offline: [] });
    server.tell({ type: "person.changed", person: { ...bob, barred: true } });
    const lists = () => [chat.people.everyone, chat.people.online, chat.people.offline].flat();
    expect(lists().map(({ id }) => id)).not.toContain(bob.id);
    expect([
      chat.people.isOnline(bob.id),
      chat.people.reachable(bob.id),
      chat.people.isBarred(bob.id),
    ]).toEqual([false, false, true]);
    expect([chat.people.nameOf(bob.id), chat.has(direct)]).toEqual(["bob", true]);
    server.tell({ type: "person.changed", person: bob });
    expect([chat.people.reachable(bob.id), chat.people.isBarred(bob.id)]).toEqual([true, false]);
    expect(chat.people.everyone).toContainEqual(bob);
  });

  test("a socket that turns out to be somebody else's gets nothing of ours", () => {
    const { chat, sockets, said, server } = setUp();
    chat.outbox.add(groupId, "private");
    chat.connection.connect();
    server.accept(sockets.last);
    server.work();
    const [frame] = server.queue;
    sockets.last.deliver(
      ...frame!.events.map((event) => ({ ...event, me: { id: 9, name: "mallory" } }) as never),
    );
    expect(said).toEqual(["doubted"]);
    expect(sockets.last.sent.map(({ type }) => type)).toEqual(["chat.enter"]);
    expect(chat.entered).toBe(false);
  });

  test("another version of the protocol asks for another client", () => {
    const { chat, sockets, said, server } = setUp();
    chat.connection.connect();
    server.accept(sockets.last);
    server.work();
    sockets.last.deliver(
      ...server.queue[0]!.events.map((event) => ({ ...event, version: protocolVersion + 1 }) as never),
    );
    expect(said).toEqual(["outdated"]);
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
    const { connect, server, systemLines, chat } = setUp();
    connect();
    server.publish({ type: "presence.changed", online: [], offline: [bob.id] });
    server.publish({ type: "presence.changed", online: [bob.id, alice.id], offline: [] });
    server.tell({ type: "presence.changed", online: [], offline: [bob.id], quiet: true });
    expect(systemLines()).toEqual(["Welcome, alice", "bob has left the chat", "bob has joined the chat"]);
    expect(chat.systemLines.between(direct)).toEqual([]);
    expect(chat.people.offline.map(({ name }) => name)).toEqual(["bob"]);
  });

  test("a deleted account cannot be written to, and its messages keep no name", () => {
    const { connect, server, chat } = setUp();
    connect();
    server.tell({ type: "person.deleted", id: bob.id });
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
