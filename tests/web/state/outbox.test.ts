import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import { FakeBrowser } from "../fakes/browser.ts";
import { openChat } from "../fakes/client.ts";
import { alice, bob, ModelServer } from "../fakes/model-server.ts";

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

describe("a reload", () => {
  test("keeps what waits and what failed, and sends in the order of writing", () => {
    const browser = new FakeBrowser();
    const server = new ModelServer();
    const tab = browser.openTab();
    const before = openChat(server, tab);
    for (const text of ["one", "two", "three"]) before.chat.outbox.add(groupId, text);
    tab.close();
    const after = openChat(server, browser.openTab());
    expect(after.chat.outbox.entries.map(({ text }) => text)).toEqual(["one", "two", "three"]);
    after.chat.outbox.add(groupId, "four");
    after.connect();
    expect(textsOf(server)).toEqual(["one", "two", "three", "four"]);
  });

  test("what one person wrote is never sent as another, not even as one with the same id", () => {
    const browser = new FakeBrowser();
    const tab = browser.openTab();
    openChat(new ModelServer(), tab).chat.outbox.add(groupId, "alice's");
    tab.close();
    for (const me of [bob, { id: alice.id, name: "somebody" }]) {
      expect(openChat(new ModelServer(), browser.openTab(), me).chat.outbox.entries).toEqual([]);
    }
    expect(openChat(new ModelServer(), browser.openTab()).chat.outbox.entries).toHaveLength(1);
  });

  test("an entry that cannot be read is thrown away, and hurts nothing", () => {
    const tab = new FakeBrowser().openTab();
    tab.storage.setItem(`secure-chat.unsent/${alice.id}/${alice.name}/x`, "{not json");
    expect(openChat(new ModelServer(), tab).chat.outbox.entries).toEqual([]);
    expect(tab.storage.length).toBe(0);
  });

  test("a browser that keeps nothing still sends, and says that it keeps nothing", () => {
    const browser = new FakeBrowser();
    const server = new ModelServer();
    const client = openChat(server, browser.openTab());
    browser.full = true;
    client.chat.outbox.add(groupId, "one");
    expect(client.chat.outbox.durable).toBe(false);
    client.connect();
    expect(textsOf(server)).toEqual(["one"]);
  });

  test("throwing away leaves nothing of what was written in storage", () => {
    const tab = new FakeBrowser().openTab();
    const { chat } = openChat(new ModelServer(), tab);
    chat.outbox.add(groupId, "a secret");
    chat.drafts.keep(groupId, "half a secret");
    chat.outbox.dropAll();
    chat.drafts.clear();
    expect(tab.storage.length).toBe(0);
  });
});

describe("two tabs", () => {
  test("each sends its own, both show all, and neither overwrites the other", () => {
    const browser = new FakeBrowser();
    const server = new ModelServer();
    const [left, right] = [openChat(server, browser.openTab()), openChat(server, browser.openTab())];
    left.chat.outbox.add(groupId, "from the left");
    right.chat.outbox.add(groupId, "from the right");
    for (const { chat } of [left, right]) expect(chat.outbox.entries).toHaveLength(2);
    left.connect();
    expect(textsOf(server)).toEqual(["from the left"]);
    expect(right.chat.outbox.entries.map(({ text }) => text)).toEqual(["from the right"]);
    right.connect();
    expect(textsOf(server)).toEqual(["from the left", "from the right"]);
    for (const { chat } of [left, right]) expect(chat.outbox.entries).toEqual([]);
  });

  test("what a closed tab left is sent by one of those that remain", () => {
    const browser = new FakeBrowser();
    const server = new ModelServer();
    const gone = browser.openTab();
    const others = [openChat(server, browser.openTab()), openChat(server, browser.openTab())];
    openChat(server, gone).chat.outbox.add(groupId, "last words");
    others[0]!.connect();
    expect(textsOf(server)).toEqual([]);
    gone.close();
    server.settle();
    others[1]!.connect();
    expect(textsOf(server)).toEqual(["last words"]);
    expect(others.flatMap(sendsOf)).toHaveLength(1);
  });
});

test("however connections break and answers get lost: every message is stored once, in the order of writing", () => {
  const acts = ["write", "work", "deliver", "settle", "lose", "cut", "connect", "time", "reload"] as const;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...acts), { maxLength: 50 }), (actions) => {
      const browser = new FakeBrowser();
      const server = new ModelServer();
      let tab = browser.openTab();
      let client = openChat(server, tab);
      let connected = false;
      let written = 0;
      const start = () => {
        client.chat.connection.connect();
        server.accept(client.sockets.last);
        connected = true;
      };
      for (const act of actions) {
        if (act === "write") client.chat.outbox.add(groupId, String(++written));
        if (act === "work") server.work();
        if (act === "deliver") server.release();
        if (act === "settle") server.settle();
        if (act === "lose") server.queue = server.queue.filter((frame) => !frame.live);
        if (act === "time") client.system.advance(4_000);
        if (act === "connect" && !connected) start();
        if (act === "cut" || act === "reload") {
          server.cut();
          connected = false;
        }
        if (act === "reload") {
          tab.close();
          tab = browser.openTab();
          client = openChat(server, tab);
        }
      }
      if (!connected) start();
      for (let round = 0; round <= written; round++) {
        server.settle();
        client.system.advance(10_000);
      }
      server.settle();
      expect(textsOf(server)).toEqual(Array.from({ length: written }, (_, index) => String(index + 1)));
      expect(client.chat.outbox.entries).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});
