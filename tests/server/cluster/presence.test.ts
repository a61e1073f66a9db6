import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { system } from "../../../server/system.ts";
import { deafen, finds, startNode, type TestNode } from "../../support/nodes.ts";
import { Person, type Socket } from "../../support/person.ts";
import { freshDatabase } from "../../support/postgres.ts";
import { Relay } from "../../support/relay.ts";

/** Within which a dead node's people are gone. */
const deadMs = 10_000;
/** Within which others hear of a change, also when its signal was lost. */
const heardMs = 2_000;

let url: string;
let nodes: TestNode[];
beforeEach(async () => {
  url = await freshDatabase();
  nodes = [];
});
afterEach(async () => {
  for (const node of nodes) await node.stop();
  expect(nodes.flatMap(({ bugs }) => bugs)).toEqual([]);
});
async function start(spoil?: (shared: TestNode["shared"]) => void) {
  const node = await startNode({ url, spoil });
  nodes.push(node);
  return node;
}
const online = async (person: Person, node: TestNode) =>
  (await person.at(node).enter()).entered.online.toSorted();
const tells = (socket: Socket, way: "online" | "offline", user: number) =>
  socket.event("presence.changed", (event) => event[way].includes(user));
/** Resolves when the node has told the others that the user has no socket there any more. */
function leavesNode({ shared: { registry } }: TestNode, user: number): Promise<void> {
  const { setPresence } = registry;
  return new Promise((resolve) => {
    registry.setPresence = async (rev, presences) => {
      const isWritten = await setPresence(rev, presences);
      if (presences.some((presence) => presence.user === user && presence.sockets === 0)) resolve();
      return isWritten;
    };
  });
}
async function within(ms: number, work: Promise<unknown>) {
  const start = performance.now();
  await work;
  expect(performance.now() - start).toBeLessThan(ms);
}

describe.each([
  ["over signals", undefined],
  ["with every signal lost", deafen],
])("who is online is known on every node, %s:", (_, spoil) => {
  test("coming and going", async () => {
    const [one, two] = [await start(spoil), await start(spoil)];
    const alice = await new Person(one, "alice").register();
    const bob = await new Person(two, "bob").register();
    const watcher = await alice.enter();
    const his = await bob.enter();
    await within(heardMs, tells(watcher, "online", 2));
    expect(await online(alice, two)).toEqual([1, 2]);
    // To log out is to leave on purpose, which is told without a grace.
    await bob.fetch("DELETE", "/api/session");
    await his.closed;
    await within(heardMs, tells(watcher, "offline", 2));
  });
});

test("a node that starts later knows who is on the others", async () => {
  const one = await start();
  const alice = await new Person(one, "alice").register();
  const bob = await new Person(one, "bob").register();
  const his = await bob.enter();
  await tells(his, "online", 2);
  const two = await start();
  expect(await online(alice, two)).toEqual([1, 2]);
});

test("who is found on the others by a node that starts is no news to those who come to it at once", async () => {
  const one = await start();
  const alice = await new Person(one, "alice").register();
  const bob = await new Person(one, "bob").register();
  await tells(await bob.enter(), "online", 2);
  const two = await start();
  const hers = await alice.at(two).enter();
  await tells(hers, "online", 1);
  expect(hers.events.filter((event) => event.type === "presence.changed" && !event.quiet)).toEqual([]);
});

test("who moves to another node was never gone", async () => {
  const [one, two] = [await start(), await start()];
  const alice = await new Person(one, "alice").register();
  const bob = await new Person(one, "bob").register();
  const watcher = await alice.enter();
  const before = await bob.enter();
  await tells(watcher, "online", 2);
  const leftAfterGrace = leavesNode(one, 2);
  before.close();
  await bob.at(two).enter();
  await leftAfterGrace;
  expect(
    watcher.events.filter((event) => event.type === "presence.changed" && event.offline.length > 0),
  ).toEqual([]);
}, 20_000);

test("the people of a node that died are gone within ten seconds", async () => {
  const [one, two] = [await start(), await start()];
  const alice = await new Person(one, "alice").register();
  const bob = await new Person(two, "bob").register();
  const watcher = await alice.enter();
  await bob.enter();
  await tells(watcher, "online", 2);
  // What is left of a node that was killed: a lease that nobody renews.
  two.shared.registry.poll = () => new Promise(() => {});
  two.shared.registry.setPresence = two.shared.registry.replacePresence = async () => false;
  await within(deadMs, tells(watcher, "offline", 2));
}, 20_000);

test("sockets are counted over all nodes", async () => {
  const env = { SOCKETS_PER_USER: "3" };
  const [one, two] = [await startNode({ url, env }), await startNode({ url, env })];
  nodes.push(one, two);
  const alice = await new Person(one, "alice").register();
  const watcher = await (await new Person(two, "bob").register()).enter();
  await alice.enter();
  await alice.enter();
  await tells(watcher, "online", 1);
  const third = await alice.at(two).enter();
  const fourth = await alice.at(two).connect();
  // Those elsewhere may be of a node that has just died, so this is no reason to stay away.
  expect(await fourth.closed).toBe(4002);
  await third.ask("ping", {}, "pong");
});

test("who comes back from a node that stops has room on the other, however many tabs that are", async () => {
  const env = { SOCKETS_PER_USER: "3" };
  const [one, two] = [await startNode({ url, env }), await startNode({ url, env })];
  nodes.push(two);
  const alice = await new Person(one, "alice").register();
  const watcher = await (await new Person(two, "bob").register()).enter();
  const tabs = [await alice.enter(), await alice.enter()];
  await tells(watcher, "online", 1);
  await one.stop();
  expect(await Promise.all(tabs.map(({ closed }) => closed))).toEqual([4002, 4002]);
  for (let tab = 0; tab < 2; tab++) await (await alice.at(two).enter()).ask("ping", {}, "pong");
});

test("who was on a node that was cut off does not appear again when it returns", async () => {
  const relay = await Relay.to(url);
  const one = await start();
  const two = await startNode({ url: relay.url });
  nodes.push(two);
  const alice = await new Person(one, "alice").register();
  const bob = await new Person(one, "bob").register();
  const watcher = await alice.enter();
  const his = await bob.at(two).enter();
  await tells(watcher, "online", 2);
  relay.cut();
  await his.closed;
  await tells(watcher, "offline", 2);
  watcher.events.length = 0;
  relay.mend();
  await finds(one, ({ nodes }) => nodes.length === 2);
  // By then the node has looked once more, and said who is there.
  for (let looks = 0; looks < 2; looks++) await finds(two, () => true);
  await finds(one, () => true);
  await watcher.ask("ping", {}, "pong");
  expect(watcher.events.filter(({ type }) => type === "presence.changed")).toEqual([]);
  relay.close();
}, 30_000);

test("a node that may have missed a revocation tells nobody who comes and goes, until it has looked again", async () => {
  let ahead = 0;
  const at = system.now();
  const node = await startNode({ url, system: { ...system, now: () => at + ahead } });
  nodes.push(node);
  const { registry } = node.shared;
  const watcher = await (await new Person(node, "alice").register()).enter();
  const bob = await new Person(node, "bob").register();
  await bob.enter();
  await tells(watcher, "online", 2);
  watcher.events.length = 0;

  const { poll } = registry;
  const held = Promise.withResolvers<void>();
  registry.poll = async (since) => {
    await held.promise;
    return poll(since);
  };
  // More than two seconds since it looked, and not yet as long as it takes to send everybody away.
  ahead = 2_200;
  const saved = leavesNode(node, 2);
  await bob.fetch("DELETE", "/api/session");
  await saved;
  await watcher.ask("ping", {}, "pong");
  expect(watcher.events.filter(({ type }) => type === "presence.changed")).toEqual([]);
  held.resolve();
  await tells(watcher, "offline", 2);
});
