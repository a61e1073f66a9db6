import { beforeEach, describe, expect, test } from "bun:test";
import { people } from "../../../server/accounts/directory.ts";
import type { Topic } from "../../../server/broker/topics.ts";
import { commitLoop } from "../../../server/messages/commit-loop.ts";
import { delivery } from "../../../server/messages/deliver.ts";
import { memberships } from "../../../server/messages/memberships.ts";
import { roomDirectory } from "../../../server/messages/rooms.ts";
import type { ChatEvent } from "../../../server/protocol/events.ts";
import { limits } from "../../../server/protocol/limits.ts";
import { Refusal } from "../../../server/refusal.ts";
import type { Draft, Outcome } from "../../../server/store/messages.ts";
import type { Store } from "../../../server/store/store.ts";
import { clock } from "../../support/clock.ts";
import { database } from "../../support/database.ts";
import { draft, logOf, settle } from "../store/conformance/ground.ts";

let store: Store;
let batches: Draft[][];
let frames: [Topic, ChatEvent[]][];
/** What happens instead of, or before, an append. */
let before: (drafts: readonly Draft[]) => Promise<void> | void;
let loop: ReturnType<typeof commitLoop>;

beforeEach(async () => {
  store = database().store;
  await settle(store, "alice", "bob");
  batches = [];
  frames = [];
  before = () => {};
  const messages: Store["messages"] = {
    ...store.messages,
    async append(drafts) {
      batches.push([...drafts]);
      await before(drafts);
      return store.messages.append(drafts);
    },
  };
  const publish = (topic: Topic, events: readonly ChatEvent[]) => void frames.push([topic, [...events]]);
  loop = commitLoop(
    messages,
    delivery({ publish }, memberships(await people(store.users), await roomDirectory(store.rooms), clock())),
  );
});

const numbered = (count: number) => Array.from({ length: count }, (_, at) => draft(`message ${at + 1}`));
const sizes = () => batches.map((batch) => batch.length);
const seqsOf = (events: ChatEvent[]) =>
  events.map((event) => (event.type === "message.sent" ? event.message.seq : null));
const settled = (appends: Promise<Outcome>[]) =>
  Promise.all(
    appends.map((append) =>
      append.then(
        ({ kind }) => kind as string,
        ({ code }) => code as string,
      ),
    ),
  );

describe("gathering", () => {
  test("what comes in one turn is one commit and one frame", async () => {
    await Promise.all(numbered(30).map(loop.append));
    expect(sizes()).toEqual([30]);
    expect(frames.map(([topic, events]) => [topic, seqsOf(events)])).toEqual([
      ["group", Array.from({ length: 30 }, (_, at) => at + 1)],
    ]);
  });

  test("what comes while a commit runs waits for it and is then one commit itself", async () => {
    const running = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    before = () => {
      reached.resolve();
      return running.promise;
    };
    const first = loop.append(draft("first"));
    await reached.promise;
    const rest = numbered(20).map(loop.append);
    expect(frames).toEqual([]);
    running.resolve();
    await Promise.all([first, ...rest]);
    expect(sizes()).toEqual([1, 20]);
    expect(frames.map(([, events]) => events.length)).toEqual([1, 20]);
  });

  test("a commit is bounded in number and in text, and keeps the order", async () => {
    const many = numbered(450);
    await Promise.all(many.map(loop.append));
    expect(sizes()).toEqual([200, 200, 50]);
    expect((await logOf(store)).map(({ body }) => body.text)).toEqual(many.map(({ body }) => body.text));
    batches.length = 0;
    const big = "x".repeat(limits.messageMaxBytes);
    await Promise.all(Array.from({ length: 40 }, () => loop.append(draft(big))));
    expect(sizes()).toEqual([16, 16, 8]);
  });
});

describe("publishing", () => {
  test("comes after the commit, in its order, one frame a topic", async () => {
    before = () => expect(frames).toEqual([]);
    await Promise.all(
      [draft("a"), draft("b", 2, "direct:1:2"), draft("c", 2), draft("d", 1, "direct:1:2")].map(loop.append),
    );
    expect(frames.map(([topic, events]) => [topic, seqsOf(events)])).toEqual([
      ["group", [1, 2]],
      ["user:alice", [1, 2]],
      ["user:bob", [1, 2]],
    ]);
  });

  test("comes before the sender is told", async () => {
    await loop.append(draft("a"));
    expect(frames).toHaveLength(1);
  });

  test("happens once, however often a message is sent, whether it is queued, stored or long past", async () => {
    const once = draft("hello");
    const kinds = await settled([loop.append(once), loop.append(once)]);
    expect(kinds).toEqual(["stored", "duplicate"]);
    expect(await settled([loop.append(once), loop.append({ ...once, body: { text: "other" } })])).toEqual([
      "duplicate",
      "client_id_reused",
    ]);
    expect(frames).toHaveLength(1);
  });
});

describe("refusing", () => {
  test("duplicates and refusals in a batch leave the rest alone", async () => {
    const once = draft("once");
    const kinds = await settled(
      [
        once,
        draft("a"),
        once,
        draft("to nobody", 1, "direct:1:9"),
        { ...once, body: { text: "two" } },
        draft("b"),
      ].map(loop.append),
    );
    expect(kinds).toEqual(["stored", "stored", "duplicate", "person_deleted", "client_id_reused", "stored"]);
    expect(frames.map(([, events]) => seqsOf(events))).toEqual([[1, 2, 3]]);
  });

  test("only the draft at fault fails; the others of its batch are stored, in order", async () => {
    before = (drafts) => {
      if (drafts.some(({ body }) => body.text === "message 7")) throw new Error("a broken statement");
    };
    const results = await Promise.allSettled(numbered(20).map(loop.append));
    expect(results.flatMap(({ status }, at) => (status === "rejected" ? [at + 1] : []))).toEqual([7]);
    const texts = (await logOf(store)).map(({ body }) => body.text);
    expect(texts).toEqual(
      numbered(20)
        .map(({ body }) => body.text)
        .filter((text) => text !== "message 7"),
    );
    expect(frames.flatMap(([, events]) => seqsOf(events))).toEqual(
      Array.from({ length: 19 }, (_, at) => at + 1),
    );
    expect(batches.length).toBeLessThan(12);
  });

  test("a store that fails refuses what it was given, and serves again when it recovers", async () => {
    before = () => {
      throw new Refusal("storage_full", { retryAfter: 5000 });
    };
    const drafts = numbered(3);
    expect(await settled(drafts.map(loop.append))).toEqual(Array(3).fill("storage_full"));
    expect([sizes(), frames]).toEqual([[3], []]);
    before = () => {};
    expect(await settled(drafts.map(loop.append))).toEqual(Array(3).fill("stored"));
    expect((await logOf(store)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test("a queue that is full refuses as busy, and takes again when it has moved", async () => {
    const running = Promise.withResolvers<void>();
    before = () => running.promise;
    const taken = numbered(10_000).map(loop.append);
    expect(() => loop.append(draft("one too many"))).toThrow(
      expect.objectContaining({ code: "busy", retryAfter: 1000 }),
    );
    running.resolve();
    await Promise.all(taken);
    expect((await loop.append(draft("now"))).message.seq).toBe(10_001);
  });
});

test("idle waits for all that was taken, also for what comes meanwhile", async () => {
  before = () => {
    before = () => {};
    void loop.append(draft("meanwhile"));
  };
  void loop.append(draft("first"));
  await loop.idle();
  expect(frames.map(([, events]) => seqsOf(events))).toEqual([[1], [2]]);
});
