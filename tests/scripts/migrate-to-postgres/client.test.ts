import { afterAll, expect, test } from "bun:test";
import { openDatabase } from "../../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../../server/store/sqlite/store.ts";
import { Follower } from "../../support/follower.ts";
import { startNode } from "../../support/nodes.ts";
import { Person } from "../../support/person.ts";
import { dropDatabase, emptyDatabase } from "../../support/postgres.ts";
import { startServer } from "../../support/server.ts";
import { Folder } from "./ground.ts";

const folder = new Folder();
const url = await emptyDatabase();
afterAll(async () => {
  await dropDatabase(url);
});

test("a client goes on at a node with its cookie, its password and its cursor, and downloads nothing anew", async () => {
  const old = await startServer({ store: sqliteStore(openDatabase(folder.path)) });
  const alice = await new Person(old, "alice").register();
  const bob = await new Person(old, "bob").register();
  const atOld = { alice: await alice.enter(), bob: await bob.enter() };
  const follower = await new Follower().follow(atOld.alice);
  for (const text of ["one", "two", "three"]) await atOld.bob.say(text);
  await follower.reaches(3);
  atOld.bob.send("read.mark", { conversation: "group", seq: 2 });
  await atOld.bob.event("read.marked", ({ seq }) => seq === 2);
  const known = [...follower.log];
  await old.stop();

  const program = folder.migrate(url);
  expect([await program.ends(), program.printed]).toEqual([0, expect.stringContaining("Everyone stays")]);

  const node = await startNode({ url });
  const atNode = { alice: await alice.at(node).enter(), bob: await bob.at(node).enter() };
  expect(atNode.alice.entered.epoch).toBe(atOld.alice.entered.epoch);
  expect(atNode.bob.entered.conversations).toEqual([expect.objectContaining({ lastRead: 2, unread: 0 })]);
  const asked = { ...follower.counted };
  await follower.follow(atNode.alice);
  const fourth = await atNode.bob.say("four");
  await follower.reaches(4);
  expect([fourth.seq, fourth.rev]).toEqual([4, 4]);
  expect(follower.log.slice(0, 3).every((message, index) => message === known[index])).toBe(true);
  expect(follower.log.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(atNode.alice.events.filter(({ type }) => type === "history.page")).toEqual([]);
  expect(follower.counted).toEqual(asked);
  expect(follower.contradictions).toEqual([]);

  expect((await new Person(node, "alice").signIn()).status).toBe(200);
  expect((await new Person(node, "alice").signIn("another password")).status).toBe(401);
  expect(node.bugs).toEqual([]);
  await node.stop();
});
