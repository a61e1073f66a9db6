import { beforeEach, expect, test } from "bun:test";
import { people } from "../../../server/accounts/directory.ts";
import type { Topic } from "../../../server/broker/topics.ts";
import { type CommitLoop, commitLoop } from "../../../server/messages/commit-loop.ts";
import { delivery } from "../../../server/messages/deliver.ts";
import { memberships } from "../../../server/messages/memberships.ts";
import { roomDirectory } from "../../../server/messages/rooms.ts";
import type { ChatEvent } from "../../../server/protocol/events.ts";
import { Refusal } from "../../../server/refusal.ts";
import type { Store } from "../../../server/store/store.ts";
import { clock } from "../../support/clock.ts";
import { database } from "../../support/database.ts";
import { holdNext } from "../../support/hold.ts";
import { draft, settle } from "../store/conformance/ground.ts";

let store: Store;
let loop: CommitLoop;
let frames: [Topic, ChatEvent[]][];
beforeEach(async () => {
  store = database().store;
  await settle(store, "alice", "bob");
  frames = [];
  const publish = (topic: Topic, events: readonly ChatEvent[]) => void frames.push([topic, [...events]]);
  loop = commitLoop(
    store.messages,
    delivery({ publish }, memberships(await people(store.users), await roomDirectory(store.rooms), clock())),
  );
});

/** What was published to the group, in order: each message as it then was. */
const published = () =>
  frames.flatMap(([topic, events]) =>
    topic === "group"
      ? events.flatMap((event) =>
          event.type === "message.sent" || event.type === "message.changed"
            ? [`${event.type} ${event.message.seq}@${event.message.rev}`]
            : [],
        )
      : [],
  );
const removal = (seq: number) => async () => {
  const changed = await store.messages.remove("group", seq, 50);
  return changed ? [changed] : [];
};

test("a change takes its turn between two commits, and is delivered in the order of its number", async () => {
  await loop.append(draft("first"));
  const order = await Promise.all([
    loop.append(draft("second")).then(() => "appended"),
    loop.change(removal(1)).then((messages) => messages.map(({ rev }) => rev).join()),
    loop.append(draft("third")).then(() => "appended"),
  ]);
  expect(order).toEqual(["appended", "2", "appended"]);
  expect(published()).toEqual([
    "message.sent 1@1",
    "message.changed 1@2",
    "message.sent 3@3",
    "message.sent 4@4",
  ]);
});

test("a change waits for the commit that is running", async () => {
  await loop.append(draft("first"));
  const hold = holdNext(store.messages, "append");
  const appended = loop.append(draft("second"));
  await hold.reached;
  let begun = false;
  const changed = loop.change(async () => {
    begun = true;
    return removal(1)();
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toBe(false);
  hold.release();
  await Promise.all([appended, changed]);
  expect(published()).toEqual(["message.sent 1@1", "message.sent 2@2", "message.changed 1@3"]);
});

test("what people ask at once is done in one transaction, each under its number, and a refusal harms no other", async () => {
  for (let at = 0; at < 3; at++) await loop.append(draft(`message ${at}`));
  frames = [];
  let transactions = 0;
  const { changeAll } = store.messages;
  store.messages.changeAll = (asked) => {
    transactions++;
    return changeAll(asked);
  };
  const outcomes = await Promise.allSettled([
    loop.ask("react", "group", 1, 1, "👍", true),
    loop.ask("react", "direct:1:2", 1, 1, "👍", true),
    loop.ask("react", "group", 1, 2, "👍", true),
    loop.ask("edit", "group", 2, { author: 2, body: { text: "hers" }, meant: [], at: 9 }),
    loop.ask("react", "group", 1, 2, "👍", true),
    loop.ask("pin", "group", 3, 1, true, 9),
  ]);
  expect(outcomes.map((one) => (one.status === "rejected" ? one.reason.code : one.status))).toEqual([
    ...["fulfilled", "unknown_conversation", "fulfilled", "not_allowed", "fulfilled", "fulfilled"],
  ]);
  expect(transactions).toBe(1);
  expect(published()).toEqual(["message.changed 1@4", "message.changed 1@5", "message.changed 3@6"]);
  expect(await store.messages.find("group", 1)).toMatchObject({
    reactions: [{ emoji: "👍", people: [1, 2] }],
  });
});

test("many changes do not keep messages from going out: after each change a commit has its turn", async () => {
  for (let at = 0; at < 5; at++) await loop.append(draft(`message ${at}`));
  frames = [];
  const changes = [1, 2, 3, 4, 5].map((seq) => loop.change(removal(seq)));
  await Promise.all([...changes, loop.append(draft("in between"))]);
  expect(published().indexOf("message.sent 7@7")).toBe(1);
});

test("a change of nothing publishes nothing; one that fails says so, and the next is done", async () => {
  await loop.append(draft("first"));
  frames = [];
  const outcomes = await Promise.allSettled([
    loop.change(async () => []),
    loop.change(() => Promise.reject(new Refusal("storage_full", { retryAfter: 5000 }))),
    loop.change(removal(1)),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(published()).toEqual(["message.changed 1@2"]);
});

test("how many changes wait is bounded: one more is refused as busy, and taken later", async () => {
  const running = Promise.withResolvers<void>();
  const work = async () => {
    await running.promise;
    return [];
  };
  const taken = Array.from({ length: 1_000 }, () => loop.change(work));
  const oneMore = await (async () => loop.change(work))().catch((error) => error);
  expect(oneMore).toMatchObject({ code: "busy", retryAfter: 1000 });
  running.resolve();
  await Promise.all(taken);
  expect(await loop.change(work)).toEqual([]);
});

test("a change is waited for by whoever waits until all is settled", async () => {
  await loop.append(draft("first"));
  void loop.change(removal(1));
  await loop.idle();
  expect(published()).toEqual(["message.sent 1@1", "message.changed 1@2"]);
});
