import { describe, expect, test } from "bun:test";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import { openChat } from "../fakes/client.ts";
import { ModelServer } from "../fakes/model-server.ts";

const textsOf = (server: ModelServer) => server.of(groupId).messages.map(({ body }) => body.text);
const sendsOf = (client: ReturnType<typeof openChat>) =>
  client.sockets.all.flatMap(({ sent }) => sent).flatMap((one) => (one.type === "message.send" ? [one] : []));

describe("sending", () => {
  test("goes one by one, in the order of writing; the echo is the receipt", () => {
    const server = new ModelServer();
    const client = openChat(server);
    client.connect();
    for (const text of ["one", "two", "three"]) client.chat.outbox.add(groupId, text);
    expect(sendsOf(client)).toHaveLength(1);
    expect(client.chat.outbox.entries).toHaveLength(3);
    server.work();
    server.release();
    expect(client.chat.outbox.entries.map(({ text }) => text)).toEqual(["two", "three"]);
    expect(sendsOf(client)).toHaveLength(2);
    server.settle();
    expect(textsOf(server)).toEqual(["one", "two", "three"]);
    expect(client.chat.outbox.entries).toEqual([]);
  });

  test("what was on its way when the connection broke is sent again under the same name, and stored once", () => {
    const server = new ModelServer();
    const client = openChat(server);
    client.connect();
    client.chat.outbox.add(groupId, "one");
    client.chat.outbox.add(groupId, "two");
    server.work();
    server.cut();
    client.connect();
    expect(textsOf(server)).toEqual(["one", "two"]);
    expect(client.chat.outbox.entries).toEqual([]);
    const [first, again] = sendsOf(client);
    expect(again?.clientId).toBe(first!.clientId);
  });

  test("an echo that never comes is asked for again", () => {
    const server = new ModelServer();
    const client = openChat(server);
    client.connect();
    client.chat.outbox.add(groupId, "one");
    server.work();
    server.queue = [];
    client.system.advance(10_000);
    server.settle();
    expect(textsOf(server)).toEqual(["one"]);
    expect(client.chat.outbox.entries).toEqual([]);
  });

  test("waits for the answer to chat.enter: before it, one does not know whose socket it is", () => {
    const server = new ModelServer();
    const client = openChat(server);
    client.chat.outbox.add(groupId, "one");
    client.chat.connection.connect();
    server.accept(client.sockets.last);
    expect(sendsOf(client)).toEqual([]);
    server.settle();
    expect(textsOf(server)).toEqual(["one"]);
  });
});

describe("refusals", () => {
  for (const code of ["rate_limited", "busy", "storage_full"] as const) {
    test(`${code} means later, and keeps the order`, () => {
      const server = new ModelServer();
      const client = openChat(server);
      client.connect();
      server.refuse = ({ type }) =>
        type === "message.send" ? { code, message: "Not now.", retryAfter: 700 } : null;
      for (const text of ["one", "two"]) client.chat.outbox.add(groupId, text);
      server.settle();
      expect(client.chat.outbox.hindrance).toBe("Not now.");
      server.refuse = null;
      client.system.advance(699);
      expect(sendsOf(client)).toHaveLength(1);
      client.system.advance(1);
      server.settle();
      expect(client.chat.outbox.hindrance).toBeNull();
      expect(textsOf(server)).toEqual(["one", "two"]);
    });
  }

  test("another refusal fails the message, and the next ones go on; it can be tried again or deleted", () => {
    const server = new ModelServer();
    const client = openChat(server);
    const { outbox } = client.chat;
    client.connect();
    server.refuse = (command) =>
      command.type === "message.send" && command.body.text.startsWith("bad")
        ? { code: "message_too_large", message: "That message is too long." }
        : null;
    for (const text of ["bad one", "good", "bad two"]) outbox.add(groupId, text);
    server.settle();
    expect(textsOf(server)).toEqual(["good"]);
    expect(outbox.of(groupId).map(({ text, failed }) => [text, failed])).toEqual([
      ["bad one", "That message is too long."],
      ["bad two", "That message is too long."],
    ]);
    server.refuse = null;
    outbox.retry(outbox.entries[0]!.clientId);
    server.settle();
    outbox.drop(outbox.entries[0]!.clientId);
    expect(textsOf(server)).toEqual(["good", "bad one"]);
    expect(outbox.entries).toEqual([]);
  });
});
