import { afterEach, beforeEach, expect, test } from "bun:test";
import { system } from "../../../server/system.ts";
import { Follower } from "../../support/follower.ts";
import { finds, startNode, type TestNode } from "../../support/nodes.ts";
import { Person } from "../../support/person.ts";
import { freshDatabase } from "../../support/postgres.ts";
import { Relay } from "../../support/relay.ts";

let relay: Relay;
let one: TestNode;
let two: TestNode;
let alice: Person;
let bob: Person;
beforeEach(async () => {
  const url = await freshDatabase();
  relay = await Relay.to(url);
  one = await startNode({ url });
  two = await startNode({ url: relay.url });
  alice = await new Person(one, "alice").register();
  bob = await new Person(one, "bob").register();
});
afterEach(async () => {
  relay.mend();
  for (const node of [one, two]) await node.stop();
  relay.close();
  expect([...one.bugs, ...two.bugs]).toEqual([]);
});

const isWell = async (node: TestNode) =>
  (await new Person(node, "probe").fetch("GET", "/api/health")).status === 200;
/** How long it takes until a node is well, or until it is not. */
async function until(node: TestNode, well: boolean): Promise<number> {
  const start = performance.now();
  // Asking all the time would keep both from their work.
  while ((await isWell(node)) !== well) await Bun.sleep(20);
  return performance.now() - start;
}

test("a node cut off from PostgreSQL says so within three seconds, sends its people away, and returns by itself", async () => {
  const follower = await new Follower().follow(await bob.at(two).enter());
  const { closed } = await alice.at(two).enter();
  relay.cut();
  expect(await until(two, false)).toBeLessThan(3_000);
  expect(await closed).toBe(4003);
  expect(await isWell(one)).toBe(true);

  // It neither lets anybody in nor keeps anybody waiting for long.
  const start = performance.now();
  const answer = await alice.at(two).fetch("GET", "/api/account");
  expect(answer.status).toBe(503);
  expect(performance.now() - start).toBeLessThan(3_500);
  const socket = await alice.at(one).enter();
  await socket.say("while the other was cut off");

  relay.mend();
  expect(await until(two, true)).toBeLessThan(10_000);
  await follower.follow(await bob.at(two).enter());
  expect(follower.log.map(({ body }) => body.text)).toEqual(["while the other was cut off"]);
  const { seq } = await socket.say("and after");
  await follower.reaches(seq);
}, 30_000);

test("what was on its way when the cut came is stored once, whoever asks again", async () => {
  const socket = await alice.at(two).enter();
  relay.cut();
  const clientId = crypto.randomUUID();
  socket.send("message.send", { conversation: "group", clientId, body: { text: "on its way" } });
  expect(await socket.closed).toBe(4003);
  const again = await alice.at(one).enter();
  const message = await again.say("on its way", "group", clientId);
  relay.mend();
  await until(two, true);
  const back = await alice.at(two).enter();
  expect(await back.say("on its way", "group", clientId)).toEqual(message);
  expect((await back.ask("history.read", { conversation: "group" }, "history.page")).messages).toEqual([
    message,
  ]);
}, 30_000);

test("an interruption that is over soon is not noticed", async () => {
  const socket = await alice.at(two).enter();
  relay.cut();
  const saying = socket.say("a moment later");
  await finds(one, () => true);
  relay.mend();
  expect((await saying).seq).toBe(1);
  expect(await isWell(two)).toBe(true);
});

test("a node that was not let run for a while serves nobody by what it knew", async () => {
  const socket = await alice.at(two).enter();
  // As after SIGSTOP: the time has gone on, and no look has come back.
  const { poll } = two.shared.registry;
  const held = Promise.withResolvers<void>();
  two.shared.registry.poll = async (since) => {
    await held.promise;
    return poll(since);
  };
  await alice.fetch("DELETE", "/api/session");
  expect(await socket.closed).toBe(4003);
  held.resolve();
  await until(two, true);
}, 20_000);

test("a node whose database has become slow comes back all the same", async () => {
  let waitMs = 0;
  const { registry } = two.shared;
  for (const name of ["poll", "presencesOf", "replacePresence", "recognise"] as const) {
    const ask = registry[name] as (...given: unknown[]) => Promise<unknown>;
    registry[name] = (async (...given: unknown[]) => {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      return ask(...given);
    }) as never;
  }
  waitMs = 3_000;
  await until(two, false);
  waitMs = 700;
  expect(await until(two, true)).toBeLessThan(10_000);
}, 30_000);

test("a clock that is set back keeps no node from looking", async () => {
  let offset = 0;
  const three = await startNode({
    url: relay.url,
    system: { ...system, now: () => system.now() + offset },
  });
  offset = -3_600_000;
  relay.cut();
  expect(await until(three, false)).toBeLessThan(3_500);
  relay.mend();
  await until(three, true);
  await three.stop();
}, 30_000);
