import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import type { Message } from "../../../server/protocol/events.ts";
import { Refused } from "../../../web/transport/refused.ts";
import { openChat } from "../fakes/client.ts";
import { alice, bob, direct, ModelServer } from "../fakes/model-server.ts";

/** What the world may do to a client, in any order. */
const action = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom("bob writes", "bob writes", "bob writes privately", "alice writes"),
  },
  { weight: 8, arbitrary: fc.constantFrom("deliver", "deliver", "work", "settle") },
  {
    weight: 4,
    arbitrary: fc.constantFrom("lose", "swap", "delete", "delete privately", "delete mine", "older", "newer"),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom("open group", "open direct", "leave", "watch", "look away", "end"),
  },
  { weight: 2, arbitrary: fc.constantFrom("cut", "connect", "connect", "time", "elsewhere") },
  { weight: 1, arbitrary: fc.constantFrom("unread again", "all read") },
);

const isOfMessage = (type?: string) => type === "message.sent" || type === "message.changed";

function play(actions: string[]) {
  const server = new ModelServer(3);
  for (let count = 0; count < 7; count++) server.write(bob.id);
  const { chat, sockets, system, pass } = openChat(server);
  let connected = false;
  let written = 0;
  let picked = 0;
  /** Another one each time: now and then one that is old, or deleted already. */
  const pick = (messages: readonly Message[]) =>
    messages.at(-1 - ((picked++ * 5) % messages.length))?.seq ?? 0;
  const acts: Record<string, () => unknown> = {
    "bob writes": () => server.write(bob.id),
    "bob writes privately": () => server.write(bob.id, direct),
    "alice writes": () => chat.outbox.add(written % 3 ? groupId : direct, `mine ${++written}`),
    deliver: () => server.release(),
    work: () => server.work(),
    settle: () => server.settle(),
    lose: () => {
      const live = server.queue.findIndex(({ events }) => isOfMessage(events[0]?.type));
      if (live !== -1) server.queue.splice(live, 1);
    },
    // An answer may overtake, or be overtaken by, what is published meanwhile.
    swap: () => {
      const at = server.queue.findIndex(
        (frame, index) => frame.live !== (server.queue[index + 1]?.live ?? frame.live),
      );
      if (at !== -1) server.queue.splice(at, 2, server.queue[at + 1]!, server.queue[at]!);
    },
    delete: () => server.remove(groupId, pick(server.of(groupId).messages)),
    "delete privately": () => server.remove(direct, pick(server.of(direct).messages)),
    "delete mine": () => {
      const mine = chat.conversations.of(groupId).pages.messages.filter(({ author }) => author === alice.id);
      if (mine.length === 0) return;
      const asked = chat.connection.request({
        type: "message.delete",
        conversation: groupId,
        seq: pick(mine),
      });
      asked.catch((error) => expect(error).toBeInstanceOf(Refused));
    },
    older: () => chat.current?.readOlder(),
    newer: () => chat.current?.readNewer(),
    end: () => chat.current?.toEnd(),
    "open group": () => chat.open(groupId),
    "open direct": () => chat.open(direct),
    leave: () => chat.open(null),
    watch: () => chat.current?.reading.watch(true),
    "look away": () => chat.current?.reading.watch(false),
    elsewhere: () => {
      const held = server.of(groupId);
      held.lastRead = held.messages.at(-1)?.seq ?? 0;
      server.publish(server.marked(groupId));
    },
    "unread again": () => {
      const mine = server.of(groupId).messages;
      if (mine.length > 0) chat.markUnread(groupId, pick(mine));
    },
    "all read": () => chat.markAllRead(),
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
  return { server, chat, pass, connect: () => acts.connect!(), written: () => written };
}

test("whatever happens on the way: in the end every conversation is whole, each message once, in order and up to date", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
      const { server, chat, connect, pass, written } = play(actions);
      connect();
      chat.open(groupId);
      server.settle();
      // What was lost without a trace is revealed by the next message.
      server.write(bob.id);
      server.write(bob.id, direct);
      server.settle();
      pass((written() + 1) * 10_000);
      for (const id of [groupId, direct] as const) {
        chat.open(id);
        server.settle();
        const { messages } = server.of(id);
        const conversation = chat.conversations.of(id);
        const { pages, reading } = conversation;
        for (let page = 0; page < messages.length && pages.newer; page++) {
          conversation.readNewer();
          server.settle();
        }
        expect(pages.newer).toBe(false);
        expect(pages.messages.length).toBeGreaterThan(0);
        expect(pages.messages).toEqual(messages.slice(-pages.messages.length));
        expect(pages.more).toBe(pages.messages.length < messages.length);
        if (!reading.watched) expect(reading.unread).toBe(server.unread(id));
      }
      const mine = [...server.held.values()].flatMap(({ messages }) =>
        messages.filter(({ author }) => author === alice.id),
      );
      expect(mine).toHaveLength(written());
      const kept = mine.flatMap(({ body, deletedAt }) => (deletedAt === undefined ? [body.text] : []));
      expect(new Set(kept).size).toBe(kept.length);
      const texts = Array.from({ length: written() }, (_, index) => `mine ${index + 1}`);
      expect(texts).toEqual(expect.arrayContaining(kept));
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
