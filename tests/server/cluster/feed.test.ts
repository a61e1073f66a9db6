import { expect, test } from "bun:test";
import fc from "fast-check";
import { Feed } from "../../../server/cluster/feed.ts";
import type { Signal } from "../../../server/cluster/signal.ts";
import { directPair } from "../../../server/protocol/conversation-id.ts";
import type { Message } from "../../../server/protocol/events.ts";
import { Refusal } from "../../../server/refusal.ts";
import { database } from "../../support/database.ts";
import { draft, messageOf, settle } from "../store/conformance/ground.ts";

type Grown = Signal & { kind: "grown" };

/** A feed on a real store, with a second node that stores beside it, and what came out of it. */
async function ground() {
  const { store } = database();
  await settle(store, "alice", "bob");
  const delivered: Message[] = [];
  const sent: Grown[] = [];
  const bugs: unknown[] = [];
  const around = { isHeard: true, isFresh: true, canRead: true, isBeyond: true, canPoll: true };
  const freshened: number[][] = [];
  let heard = () => {};
  const feed = new Feed({
    messages: {
      after: async (...asked) => {
        if (!around.canRead) throw new Refusal("busy");
        return store.messages.after(...asked);
      },
    },
    deliver: (messages) => {
      delivered.push(...messages);
      heard();
    },
    signals: { send: (signal) => void sent.push(signal as Grown) },
    membersOf: (id) => directPair(id),
    isHeard: () => around.isHeard,
    isFresh: () => around.isFresh,
    freshen: async (people) => void freshened.push(people),
    isBeyond: () => around.isBeyond,
    poll: async () => {
      around.isBeyond = around.canPoll;
    },
    report: (error) => void bugs.push(error),
  });
  const append = async (count: number, author: number) => {
    const drafts = Array.from({ length: count }, (_, at) => draft(`message ${at}`, author));
    return (await store.messages.append(drafts)).map(messageOf);
  };
  return {
    store,
    feed,
    around,
    delivered,
    sent,
    bugs,
    freshened,
    onDelivery(run: () => void) {
      heard = run;
    },
    seqs: () => delivered.map(({ seq }) => seq),
    /** Stored by this node. */
    here: async (count = 1) => feed.stored(await append(count, 1)),
    /** Stored by another node; gives the signal it sends. */
    async there(count = 1): Promise<Grown> {
      const messages = await append(count, 2);
      const [first, head] = [messages[0]!.rev, messages.at(-1)!.rev];
      return { kind: "grown", conversation: "group", first, head, messages };
    },
    head: () => store.conversations.head("group"),
  };
}

test("what is stored here is delivered at once, and told with its text", async () => {
  const { feed, here, seqs, sent } = await ground();
  feed.follow("group", 0);
  await here(3);
  expect(seqs()).toEqual([1, 2, 3]);
  expect(sent).toMatchObject([{ conversation: "group", first: 1, head: 3 }]);
  expect(sent[0]?.messages).toHaveLength(3);
});

test("what is stored here after something unheard of waits for it", async () => {
  const { feed, here, there, seqs } = await ground();
  feed.follow("group", 0);
  await there(2);
  await here(1);
  expect(seqs()).toEqual([]);
  await feed.idle();
  expect(seqs()).toEqual([1, 2, 3]);
});

test("a conversation that nobody here hears is neither read nor kept", async () => {
  const { feed, around, here, there, seqs, sent } = await ground();
  around.isHeard = false;
  await here();
  feed.heard(await there());
  feed.found("group", 2);
  await feed.idle();
  expect([seqs(), feed.cursors().size, sent.length]).toEqual([[], 0, 1]);
});

test("one that is not followed yet is taken up where it is heard of, also by its head alone", async () => {
  const { feed, there, seqs, head } = await ground();
  await there(5);
  feed.found("group", await head());
  await feed.idle();
  expect(seqs()).toEqual([5]);
  await there(2);
  feed.found("group", await head());
  await feed.idle();
  expect(seqs()).toEqual([5, 6, 7]);
});

test("a store that cannot be read leaves the feed where it is, and the next look goes on", async () => {
  const { feed, around, there, seqs, bugs } = await ground();
  feed.follow("group", 0);
  around.canRead = false;
  await there(2);
  feed.found("group", 2);
  await feed.idle();
  expect([seqs(), bugs]).toEqual([[], []]);
  around.canRead = true;
  feed.retry();
  await feed.idle();
  expect(seqs()).toEqual([1, 2]);
});

test("what is heard in the moment in which the feed has just caught up is not forgotten", async () => {
  const { feed, there, seqs, onDelivery } = await ground();
  feed.follow("group", 0);
  const [first, second] = [await there(), await there()];
  onDelivery(() => queueMicrotask(() => feed.heard(second)));
  feed.heard(first);
  await feed.idle();
  await feed.idle();
  expect(seqs()).toEqual([1, 2]);
});

test("a node that has not looked for a while looks before it delivers, also what it stored itself", async () => {
  const { feed, around, here, freshened, seqs } = await ground();
  feed.follow("group", 0);
  around.isFresh = false;
  await here();
  await feed.idle();
  expect([seqs(), freshened]).toEqual([[1], [[1]]]);
});

const step = fc.oneof(
  fc.record({ do: fc.constant("here" as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    do: fc.constant("there" as const),
    count: fc.integer({ min: 1, max: 4 }),
    bodies: fc.boolean(),
  }),
  fc.record({ do: fc.constantFrom("hear one of them" as const), which: fc.nat() }),
  fc.record({ do: fc.constantFrom("look" as const, "wait" as const, "fail" as const, "recover" as const) }),
);

test("whatever is lost, doubled, late or bare: each number is delivered once, in order, and none is missing in the end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { feed, around, here, there, seqs, head, bugs, delivered, store } = await ground();
      feed.follow("group", 0);
      const signals: Grown[] = [];
      for (const each of steps) {
        if (each.do === "here") await here(each.count);
        if (each.do === "there") {
          const signal = await there(each.count);
          signals.push(each.bodies ? signal : { ...signal, messages: undefined });
        }
        if (each.do === "hear one of them" && signals.length > 0)
          feed.heard(signals[each.which % signals.length]!);
        if (each.do === "look") feed.found("group", await head());
        if (each.do === "wait") await feed.idle();
        if (each.do === "fail") around.canRead = false;
        if (each.do === "recover") around.canRead = true;
      }
      await feed.idle();
      around.canRead = true;
      const top = await head();
      feed.found("group", top);
      feed.retry();
      await feed.idle();
      expect(seqs()).toEqual(Array.from({ length: top }, (_, at) => at + 1));
      expect(delivered).toEqual((await store.messages.after("group", 0, 200)).messages);
      expect(bugs).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
