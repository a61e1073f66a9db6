import { describe, expect, test } from "bun:test";
import { headsOf, pepperMark, poll, removeDeadNodes } from "../../../../server/store/postgres/cluster.ts";
import { addClusterEvent } from "../../../../server/store/postgres/cluster-events.ts";
import {
  presencesOf,
  replacePresence,
  setPresence,
} from "../../../../server/store/postgres/node-presence.ts";
import { draft, settle } from "../conformance/ground.ts";
import { database, type Node, node } from "./nodes.ts";

const spent = (user: string) => ({
  kind: "spent" as const,
  spent: [["messages", user, 1]] as [string, string, number][],
});
const tell = ({ db }: Node, user: string) => addClusterEvent(db, { origin: "b", now: () => 1 }, spent(user));
const usersIn = ({ events }: { events: { event: unknown }[] }) =>
  events.map(({ event }) => (event as ReturnType<typeof spent>).spent[0]?.[1]);

describe("a look", () => {
  test("gives what was written since the former one, and at first only where to begin", async () => {
    const a = await node("a");
    await settle(a.store, "alice", "bob");
    await a.store.messages.append([draft("before", 1, "direct:1:2")]);
    const first = await poll(a.db, "a", null);
    expect(first).toMatchObject({ epoch: a.db.epoch, events: [], grown: [] });
    await a.store.messages.append([draft("one"), draft("two")]);
    await tell(a, "x");
    const second = await poll(a.db, "a", first.next);
    expect(second.grown).toEqual([{ conversation: "group", head: 2 }]);
    expect(second.events).toEqual([{ id: expect.any(Number), origin: "b", event: spent("x") }]);
    const third = await poll(a.db, "a", second.next);
    expect([third.grown, third.events]).toEqual([[], []]);
  });

  test("finds what was begun before the former look and committed after it", async () => {
    const a = await node("a");
    await settle(a.store, "alice");
    let { next: seen } = await poll(a.db, "a", null);
    await a.db.sql.begin(async (late) => {
      await late`update conversations set head = 7, changed = pg_current_xact_id() where id = 'group'`;
      await late`insert into notices (at, origin, notice) values (1, 'b', ${spent("late")}::jsonb)`;
      // Others come and go meanwhile, and looks pass over what is not committed.
      for (const other of ["x", "y", "z"]) {
        await tell(a, other);
        const between = await poll(a.db, "a", seen);
        expect(usersIn(between)).toContain(other);
        expect(usersIn(between)).not.toContain("late");
        expect(between.grown).toEqual([]);
        seen = between.next;
      }
    });
    const after = await poll(a.db, "a", seen);
    expect(usersIn(after)).toContain("late");
    expect(after.grown).toEqual([{ conversation: "group", head: 7 }]);
    const end = await poll(a.db, "a", after.next);
    expect([usersIn(end), end.grown]).toEqual([[], []]);
  });

  test("misses nothing of what others write all the time", async () => {
    const url = await database();
    const [a, b] = [await node("a", url), await node("b", url)];
    await settle(a.store, "alice");
    const heard = new Set<string>();
    let highest = 0;
    let { next } = await poll(a.db, "a", null);
    let writing = true;
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let at = 0; at < 50; at++) {
        const name = `${writer}-${at}`;
        await b.db.sql.begin(async (transaction) => {
          await transaction`insert into notices (at, origin, notice) values (1, 'b', ${spent(name)}::jsonb)`;
          await transaction`select pg_sleep(${(writer * at) % 3} / 1000.0)`;
        });
        await b.store.messages.append([draft(name)]);
      }
    });
    const isNudging = (async () => {
      for (let last = false; !last; ) {
        last = !writing;
        const seen = await poll(a.db, "a", next);
        for (const user of usersIn(seen)) heard.add(user!);
        for (const { head } of seen.grown) highest = head;
        next = seen.next;
      }
    })();
    await Promise.all(writers);
    writing = false;
    await isNudging;
    expect(heard.size).toBe(400);
    expect(highest).toBe(400);
  });
});

describe("a node", () => {
  const names = async ({ db }: Node, from: string) => (await poll(db, from, null)).nodes.map(({ id }) => id);

  test("lives as long as it looks, by the clock of PostgreSQL", async () => {
    const a = await node("a");
    expect(await names(a, "b")).toEqual(["b"]);
    expect(await names(a, "a")).toEqual(["a", "b"]);
    const [{ seconds }] = await a.db.sql`
      select extract(epoch from lease_until - clock_timestamp())::float8 as seconds from nodes where id = 'a'`;
    expect(seconds).toBeWithin(5, 6.01);
    await a.db.sql`update nodes set lease_until = clock_timestamp() where id = 'b'`;
    expect(await names(a, "a")).toEqual(["a"]);
    expect(await names(a, "b")).toEqual(["b", "a"]);
  });

  test("that is long gone is forgotten with its seats; one that is only late is not", async () => {
    const a = await node("a");
    for (const name of ["dead", "late"]) {
      await poll(a.db, name, null);
      await setPresence(a.db, name, 1, [{ user: 1, sockets: 1, quiet: false }]);
    }
    await a.db.sql`update nodes set lease_until = clock_timestamp() - interval '61 s' where id = 'dead'`;
    await a.db.sql`update nodes set lease_until = clock_timestamp() - interval '59 s' where id = 'late'`;
    await removeDeadNodes(a.db);
    expect((await presencesOf(a.db, ["dead", "late"])).map((each) => each.node)).toEqual(["late"]);
    expect(await a.db.sql`select from seats`).toHaveLength(1);
  });
});

describe("seats", () => {
  const presence = (user: number, sockets = 1, quiet = false) => ({ user, sockets, quiet });

  test("are changed one by one or all together, with the number of the change", async () => {
    const a = await node("a");
    await poll(a.db, "a", null);
    await poll(a.db, "b", null);
    await setPresence(a.db, "b", 1, [presence(1)]);
    expect(await setPresence(a.db, "a", 1, [presence(1, 2), presence(2, 1, true)])).toBe(true);
    expect(await setPresence(a.db, "a", 2, [presence(1, 0), presence(3), presence(4, 0)])).toBe(true);
    const theirs = { node: "b", presenceRev: 1, presences: [presence(1)] };
    const sorted = async () =>
      (await presencesOf(a.db, ["a", "b", "nobody"])).sort((x, y) => (x.node < y.node ? -1 : 1));
    expect(await sorted()).toEqual([
      { node: "a", presenceRev: 2, presences: [presence(2, 1, true), presence(3)] },
      theirs,
    ]);
    expect(await replacePresence(a.db, "a", 3, [presence(2, 5), presence(9)])).toBe(true);
    expect(await sorted()).toEqual([
      { node: "a", presenceRev: 3, presences: [presence(2, 5), presence(9)] },
      theirs,
    ]);
    expect((await poll(a.db, "b", null)).nodes).toContainEqual({ id: "a", presenceRev: 3 });
  });

  test("of a node that is not known, or has counted on, stay as they are", async () => {
    const a = await node("a");
    expect(await setPresence(a.db, "a", 1, [presence(1)])).toBe(false);
    await poll(a.db, "a", null);
    await replacePresence(a.db, "a", 5, [presence(1)]);
    expect(await setPresence(a.db, "a", 4, [presence(2)])).toBe(false);
    expect(await replacePresence(a.db, "a", 4, [])).toBe(false);
    expect(await presencesOf(a.db, ["a"])).toEqual([{ node: "a", presenceRev: 5, presences: [presence(1)] }]);
  });
});

test("the first node's mark of the pepper is everyone's", async () => {
  const url = await database();
  const nodes = await Promise.all(["a", "b", "c"].map((name) => node(name, url)));
  const marks = await Promise.all(nodes.map(({ db, name }) => pepperMark(db, name)));
  expect(new Set(marks).size).toBe(1);
  expect(await pepperMark(nodes[0]!.db, "another")).toBe(marks[0]!);
});

test("heads are told for those asked about", async () => {
  const a = await node("a");
  await settle(a.store, "alice", "bob");
  await a.store.messages.append([draft("hello", 1, "direct:1:2")]);
  expect(await headsOf(a.db, ["direct:1:2", "direct:1:3"])).toEqual([
    { conversation: "direct:1:2", head: 1 },
  ]);
  expect(await headsOf(a.db, [])).toEqual([]);
});
