import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import { openChat } from "../fakes/client.ts";
import { alice, bob, direct, ModelServer } from "../fakes/model-server.ts";

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

/** What the world may do to a client, in any order. */
const action = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom("bob writes", "bob writes", "bob writes privately", "alice writes"),
  },
  { weight: 8, arbitrary: fc.constantFrom("deliver", "deliver", "work", "settle") },
  { weight: 4, arbitrary: fc.constantFrom("lose", "swap", "change", "older") },
  { weight: 2, arbitrary: fc.constantFrom("open group", "open direct", "leave", "watch", "look away") },
  { weight: 2, arbitrary: fc.constantFrom("cut", "connect", "connect", "time", "elsewhere") },
);

function play(actions: string[]) {
  const server = new ModelServer(3);
  for (let count = 0; count < 7; count++) server.write(bob.id);
  const { chat, sockets, system } = openChat(server);
  let connected = false;
  let written = 0;
  const acts: Record<string, () => unknown> = {
    "bob writes": () => server.write(bob.id),
    "bob writes privately": () => server.write(bob.id, direct),
    "alice writes": () => chat.outbox.add(written % 3 ? groupId : direct, `mine ${++written}`),
    deliver: () => server.release(),
    work: () => server.work(),
    settle: () => server.settle(),
    lose: () => {
      const live = server.queue.findIndex(({ events }) => events[0]?.type === "message.sent");
      if (live !== -1) server.queue.splice(live, 1);
    },
    // An answer may overtake, or be overtaken by, what is published meanwhile.
    swap: () => {
      const at = server.queue.findIndex(
        (frame, index) => frame.live !== (server.queue[index + 1]?.live ?? frame.live),
      );
      if (at !== -1) server.queue.splice(at, 2, server.queue[at + 1]!, server.queue[at]!);
    },
    change: () => server.change(written * 5 + 3),
    older: () => chat.current?.readOlder(),
    "open group": () => chat.open(groupId),
    "open direct": () => chat.open(direct),
    leave: () => chat.open(null),
    watch: () => chat.current?.reading.watch(true),
    "look away": () => chat.current?.reading.watch(false),
    elsewhere: () => {
      const held = server.of(groupId);
      held.lastRead = held.messages.at(-1)?.seq ?? 0;
      server.publish({ type: "read.marked", conversation: groupId, seq: held.lastRead, unread: 0 });
    },
    time: () => system.advance(3_000),
    cut: () => {
      server.cut();
      connected = false;
    },
    connect: () => {
      if (connected) return;
      connected = true;
      chat.connection.connect();
      server.accept(sockets.last);
    },
  };
  chat.open(groupId);
  acts.connect!();
  for (const name of actions) acts[name]!();
  return { server, chat, system, connect: () => acts.connect!(), written: () => written };
}

test("whatever happens on the way: in the end every conversation is whole, each message once, in order and up to date", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
      const { server, chat, connect, system, written } = play(actions);
      connect();
      chat.open(groupId);
      server.settle();
      // What was lost without a trace is revealed by the next message.
      server.write(bob.id);
      server.write(bob.id, direct);
      server.settle();
      for (let round = 0; round <= written(); round++) {
        system.advance(10_000);
        server.settle();
      }
      for (const id of [groupId, direct] as const) {
        chat.open(id);
        server.settle();
        const { messages } = server.of(id);
        const { pages, reading } = chat.conversations.of(id);
        expect(pages.messages.length).toBeGreaterThan(0);
        expect(pages.messages).toEqual(messages.slice(-pages.messages.length));
        expect(pages.more).toBe(pages.messages.length < messages.length);
        if (!reading.watched) expect(reading.unread).toBe(server.unread(id));
      }
      const mine = [...server.held.values()].flatMap(({ messages }) =>
        messages.filter(({ author }) => author === alice.id).map(({ body }) => body.text.replace(/\*+$/, "")),
      );
      expect(mine.toSorted()).toEqual(
        Array.from({ length: written() }, (_, index) => `mine ${index + 1}`).toSorted(),
      );
      expect(chat.outbox.entries).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

test("and at every moment what is shown is a piece of the truth without gaps", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
      for (let end = 1; end <= actions.length; end += 5) {
        const { server, chat } = play(actions.slice(0, end));
        const { pages } = chat.conversations.of(groupId);
        const shown = pages.messages.map(({ seq }) => seq);
        const all = server.of(groupId).messages.map(({ seq }) => seq);
        const from = all.indexOf(shown[0] ?? -1);
        if (shown.length > 0) expect(shown).toEqual(all.slice(from, from + shown.length));
      }
    }),
    { numRuns: 300 },
  );
});
