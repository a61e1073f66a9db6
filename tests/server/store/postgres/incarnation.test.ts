import { describe, expect, test } from "bun:test";
import { SQL } from "bun";
import { poll } from "../../../../server/store/postgres/cluster.ts";
import { newEpoch, settleIncarnation } from "../../../../server/store/postgres/incarnation.ts";
import { superuser } from "../../../support/postgres.ts";
import { draft, settle } from "../conformance/ground.ts";
import { closeAll, database, node } from "./nodes.ts";

const nameOf = (url: string) => new URL(url).pathname.slice(1);

/** A database with a message in it, which no node has open any more, and its epoch. */
async function left(): Promise<{ url: string; epoch: string }> {
  const url = await database();
  const a = await node("a", url);
  await settle(a.store, "alice");
  await a.store.messages.append([draft("hello")]);
  const { epoch } = a.store;
  await closeAll();
  return { url, epoch };
}

/** Makes a fresh database's place that of a copy of `url`, as restoring a dump elsewhere does. */
async function copyOf(url: string): Promise<string> {
  const copy = await database();
  const admin = await superuser();
  await admin`drop database ${admin(nameOf(copy))}`;
  await admin`create database ${admin(nameOf(copy))} template ${admin(nameOf(url))}`;
  return copy;
}

describe("the epoch", () => {
  test("stays when nodes come and go", async () => {
    const { url, epoch } = await left();
    for (const name of ["b", "c"]) expect((await node(name, url)).store.epoch).toBe(epoch);
  });

  test("is another one in a restored copy, once, and says why", async () => {
    const { url, epoch } = await left();
    const copy = await copyOf(url);
    const nodes = await Promise.all(["a", "b", "c"].map((name) => node(name, copy)));
    const epochs = new Set(nodes.map(({ store }) => store.epoch));
    expect(epochs.size).toBe(1);
    expect(epochs.has(epoch)).toBe(false);
    expect((await node("d", copy)).store.epoch).toBe([...epochs][0]!);
    const [reason] = await nodes[0]!.db.sql`select value from meta where key = 'epoch_reason'`;
    expect(reason.value).toMatch(/restored or moved$/);
    expect((await node("a", url)).store.epoch).toBe(epoch);
  });

  test("is noticed by running nodes whose database becomes another, by one of them", async () => {
    const url = await database();
    const nodes = [await node("a", url), await node("b", url)];
    const before = nodes[0]!.store.epoch;
    // A standby that took over has another timeline.
    await nodes[0]!.db.sql`update meta set value = value || '1' where key = 'incarnation'`;
    const found = await Promise.all(nodes.map(({ db }) => settleIncarnation(db.sql)));
    expect(found[0]).toBe(found[1]!);
    expect(found[0]).not.toBe(before);
    expect(nodes[0]!.store.epoch).toBe(before);
    expect((await poll(nodes[0]!.db, "a", null)).epoch).toBe(found[0]!);
  });

  test("can be begun anew, and every look tells it", async () => {
    const url = await database();
    const [a, b] = [await node("a", url), await node("b", url)];
    const before = a.store.epoch;
    const next = await newEpoch(a.db, "a test");
    expect(next).not.toBe(before);
    expect([a.store.epoch, b.store.epoch]).toEqual([next, before]);
    expect((await poll(b.db, "b", null)).epoch).toBe(next);
  });
});

test("what a restored database numbers by transactions yet to come does not haunt every look", async () => {
  const { url } = await left();
  const copy = await copyOf(url);
  const raw = new SQL({ url: copy, max: 1 });
  await raw`update conversations set changed = '999999999'`;
  await raw`insert into notices (xid, at, origin, notice) values ('999999999', 1, 'a', '{}')`;
  await raw.close();
  const a = await node("a", copy);
  const { next } = await poll(a.db, "a", null);
  const { next: later } = await poll(a.db, "a", next);
  expect(await poll(a.db, "a", later)).toMatchObject({ grown: [], events: [] });
  await a.store.messages.append([draft("new")]);
  expect((await poll(a.db, "a", later)).grown).toEqual([{ conversation: "group", head: 2 }]);
});
