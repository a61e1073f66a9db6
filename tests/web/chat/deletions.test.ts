import { describe, expect, test } from "bun:test";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import { openChat } from "../fakes/client.ts";
import { alice, bob, direct, ModelServer } from "../fakes/model-server.ts";

function setUp(messages: number, page = 3) {
  const server = new ModelServer(page);
  for (let count = 0; count < messages; count++) server.write(bob.id);
  const client = openChat(server);
  const group = client.chat.conversations.of(groupId);
  const shown = () => group.pages.messages.map(({ seq, body }) => [seq, body.text]);
  const syncs = () => client.sockets.last.sent.filter(({ type }) => type === "conversation.sync").length;
  const remove = (seq: number) =>
    client.chat.connection.request({ type: "message.delete", conversation: groupId, seq }).then(
      () => "deleted",
      ({ code }) => code as string,
    );
  return { server, ...client, group, shown, syncs, remove };
}

describe("a message that is deleted", () => {
  test("keeps its place and loses its text, at once and without a question; what comes after it is next", () => {
    const { server, chat, connect, group, shown, syncs } = setUp(3);
    chat.open(groupId);
    connect();
    server.remove(groupId, 2);
    server.settle();
    server.write(bob.id);
    server.settle();
    expect(shown()).toEqual([
      [1, "text 1"],
      [2, ""],
      [3, "text 3"],
      [5, "text 5"],
    ]);
    expect(group.pages.messages[1]).toEqual(server.of(groupId).messages[1]!);
    expect([group.cursor, syncs()]).toEqual([5, 0]);
  });

  test("beyond a hole waits until what lies between was asked for", () => {
    const { server, chat, connect, shown, syncs } = setUp(3);
    chat.open(groupId);
    connect();
    server.write(bob.id);
    server.queue.shift();
    server.remove(groupId, 1);
    server.release();
    expect(shown()[0]).toEqual([1, "text 1"]);
    server.settle();
    expect([shown()[0], shown().at(-1), syncs()]).toEqual([[1, ""], [4, "text 4"], 1]);
  });

  test("long ago and not held only moves the cursor, and comes as such with its page", () => {
    const { server, chat, connect, group, shown } = setUp(8);
    server.of(groupId).lastRead = 8;
    chat.open(groupId);
    connect();
    server.cut();
    server.remove(groupId, 2);
    connect();
    expect([group.cursor, shown().map(([seq]) => seq)]).toEqual([9, [6, 7, 8]]);
    for (let page = 0; page < 2; page++) {
      group.readOlder();
      server.settle();
    }
    expect(shown()[1]).toEqual([2, ""]);
  });

  test("while one was away is deleted when one comes back", () => {
    const { server, chat, connect, shown } = setUp(3);
    chat.open(groupId);
    connect();
    server.cut();
    for (const seq of [1, 3]) server.remove(groupId, seq);
    connect();
    expect(shown().map(([, text]) => text)).toEqual(["", "text 2", ""]);
  });

  test("before its author had the receipt is received all the same: it is not sent for ever", () => {
    const { server, chat, connect } = setUp(0);
    connect();
    chat.outbox.add(groupId, "never mind");
    server.work();
    server.queue.length = 0;
    server.remove(groupId, 1);
    server.settle();
    expect(chat.outbox.entries).toEqual([]);
  });
});

describe("the count of what is unread", () => {
  test("loses what is deleted before it was read, whether the server had counted it or it came since", () => {
    const { server, chat, connect } = setUp(3);
    server.write(bob.id, direct);
    connect();
    server.write(bob.id, direct);
    server.write(bob.id);
    server.settle();
    const unread = () => chat.conversations.all.map(({ reading }) => reading.unread);
    expect(unread()).toEqual([4, 2]);
    for (const seq of [1, 4]) server.remove(groupId, seq);
    for (const seq of [1, 2]) server.remove(direct, seq);
    server.settle();
    expect(unread()).toEqual([2, 0]);
  });

  test("loses nothing by what was read before it was deleted, nor by one's own", () => {
    const { server, chat, connect } = setUp(3);
    server.of(groupId).lastRead = 2;
    server.write(alice.id);
    connect();
    for (const seq of [1, 4]) server.remove(groupId, seq);
    server.settle();
    expect(chat.conversations.unread).toBe(1);
  });
});

describe("deleting", () => {
  test("is answered when it is done; twice is as good as once", async () => {
    const { server, chat, connect, shown, remove } = setUp(2);
    chat.open(groupId);
    connect();
    const done = [remove(1), remove(1)];
    server.settle();
    expect(await Promise.all(done)).toEqual(["deleted", "deleted"]);
    expect([shown(), server.of(groupId).head]).toEqual([
      [
        [1, ""],
        [2, "text 2"],
      ],
      3,
    ]);
  });

  test("that is refused changes nothing, and says why", async () => {
    const { server, chat, connect, shown, remove } = setUp(1);
    chat.open(groupId);
    connect();
    server.refuse = () => ({ code: "not_allowed", message: "You may not do that." });
    const asked = remove(1);
    server.settle();
    expect([await asked, shown()]).toEqual(["not_allowed", [[1, "text 1"]]]);
  });

  test("without a connection, or when it breaks meanwhile, is known not to be known", async () => {
    const { server, connect, remove } = setUp(1);
    expect(await remove(1)).toBe("unreachable");
    connect();
    const asked = remove(1);
    server.cut();
    expect(await asked).toBe("unreachable");
  });
});
