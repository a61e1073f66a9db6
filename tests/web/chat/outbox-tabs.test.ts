import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import { FakeBrowser } from "../fakes/browser.ts";
import { openChat } from "../fakes/client.ts";
import { alice, bob, ModelServer } from "../fakes/model-server.ts";

const textsOf = (server: ModelServer) => server.of(groupId).messages.map(({ body }) => body.text);
const sendsOf = (client: ReturnType<typeof openChat>) =>
  client.sockets.all.flatMap(({ sent }) => sent).flatMap((one) => (one.type === "message.send" ? [one] : []));

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
  test("news from another tab that comes after the receipt brings nothing back", () => {
    const browser = new FakeBrowser();
    const server = new ModelServer();
    const [tab, other] = [browser.openTab(), browser.openTab()];
    const [left, right] = [openChat(server, tab), openChat(server, other)];
    right.connect();
    const late: (string | null)[] = [];
    other.heard = (key) => late.push(key);
    left.chat.outbox.add(groupId, "hello");
    left.connect();
    expect(textsOf(server)).toEqual(["hello"]);
    expect(late.length).toBeGreaterThan(0);
    for (const key of late) right.chat.outbox.stored(key);
    for (const { chat } of [left, right]) expect(chat.outbox.entries).toEqual([]);
  });

  test("an entry that comes after the receipt of its message is not unsent", () => {
    const browser = new FakeBrowser();
    const server = new ModelServer();
    const [tab, other] = [browser.openTab(), browser.openTab()];
    const [left, right] = [openChat(server, tab), openChat(server, other)];
    left.chat.outbox.add(groupId, "hello");
    const key = tab.storage.key(0)!;
    const entry = tab.storage.getItem(key)!;
    left.connect();
    // The other tab is told of the stored message, and only then does its storage learn what the first one wrote.
    right.chat.conversations.of(groupId).receive(server.of(groupId).messages[0]!);
    other.storage.setItem(key, entry);
    right.chat.outbox.stored(key);
    expect(right.chat.outbox.entries).toEqual([]);
  });

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
      server.settle();
      client.pass((written + 1) * 10_000);
      expect(textsOf(server)).toEqual(Array.from({ length: written }, (_, index) => String(index + 1)));
      expect(client.chat.outbox.entries).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});
