import { beforeEach, expect, test } from "bun:test";
import type { ClusterEvent } from "../../../../server/store/cluster-event.ts";
import { addClusterEvent, removeOldClusterEvents } from "../../../../server/store/postgres/cluster-events.ts";
import { outcomeOf } from "../../../support/outcome.ts";
import { draft, entryOf, settle } from "../conformance/ground.ts";
import { type Node, node } from "./nodes.ts";

const id = Buffer.alloc(32, 200);
const session = id.toString("base64url");
let a: Node;
beforeEach(async () => {
  a = await node("a");
  await settle(a.store, "Alice", "bob");
  await a.db.sql`delete from notices`;
});
const said = async () =>
  (await a.db.sql`select origin, at, notice as event from notices order by id`).map(
    ({ origin, at, event }: { origin: string; at: string; event: unknown }) => [origin, Number(at), event],
  );
const begin = () => a.store.sessions.create({ id, userId: 1, device: "", createdAt: 1 });

test("who makes an account is told, under the name of the node; who cannot is not", async () => {
  await settle(a.store, "Carol", "CAROL");
  expect(await said()).toEqual([
    ["a", 1000, { kind: "person.registered", person: { id: 3, name: "Carol" } }],
  ]);
});

test("an account that was deleted is told", async () => {
  await a.store.users.remove(2);
  expect(await said()).toEqual([["a", 1000, { kind: "person.deleted", id: 2 }]]);
});

test("a session that was ended is told, one that was not there is not", async () => {
  await begin();
  await a.store.sessions.remove(id);
  await a.store.sessions.remove(id);
  expect(await said()).toEqual([["a", 1000, { kind: "session.ended", session, userId: 1 }]]);
});

test("a new password is told, with the sessions it ended and the one that asked for it; one that ended none is not", async () => {
  await begin();
  await a.store.users.setPassword(1, "1:new", "1:hash", id);
  await a.store.users.setPassword(1, "1:newer", "1:new");
  expect((await said()).map(([, , event]: unknown[]) => event)).toEqual([
    { kind: "sessions.ended", userId: 1, by: session, sessions: [session] },
  ]);
});

test("read marks are told as they then stand, all of a call together", async () => {
  await a.store.messages.append([draft("one", 2), draft("two", 2)]);
  const states = await a.store.conversations.markRead([
    { userId: 1, conversation: "group", seq: 1 },
    { userId: 2, conversation: "group", seq: 9 },
  ]);
  expect(await said()).toEqual([["a", 1000, { kind: "read.marked", states }]]);
  expect(states).toHaveLength(2);
});

test("what cannot be done is not told either", async () => {
  await begin();
  await a.db.sql.unsafe(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger stop before update on users for each row execute function refuse()`);
  expect(await outcomeOf(a.store.users.setPassword(1, "1:new", "1:hash"))).toThrow("no");
  await Promise.allSettled([a.store.users.remove(1)]);
  expect(await said()).toEqual([]);
  expect(await a.store.sessions.find(id)).not.toBeNull();
});

test("marks that several nodes set at once never move back", async () => {
  await a.store.messages.append(Array.from({ length: 100 }, () => draft("text", 2)));
  const marks = Array.from({ length: 100 }, (_, at) => ({
    userId: 1,
    conversation: "group" as const,
    seq: 1 + ((at * 37) % 100),
  }));
  const states = await Promise.all(marks.map((mark) => a.store.conversations.markRead([mark])));
  states.forEach(([state], at) => {
    expect(state!.seq).toBeGreaterThanOrEqual(marks[at]!.seq);
  });
  expect((await a.store.conversations.of(1))[0]).toMatchObject({ lastRead: 100, unread: 0 });
});

test("notices are kept for ten minutes", async () => {
  await a.store.users.remove(2);
  await removeOldClusterEvents(a.db, 1000 + 600_000);
  expect(await said()).toHaveLength(1);
  await removeOldClusterEvents(a.db, 1001 + 600_000);
  expect(await said()).toEqual([]);
});

test("the name of a deleted account is in no notice any more, and those of others are", async () => {
  await settle(a.store, "carol", "dora");
  await a.store.users.remove(3);
  const events: { event: unknown }[] = await a.db.sql`select notice as event from notices`;
  const text = JSON.stringify(events);
  expect(text).not.toContain("carol");
  expect(text).toContain("dora");
});

test("what is told to one user is a notice by itself, as it was given", async () => {
  const event: ClusterEvent = { kind: "user.notified", userId: 2, event: { type: "pong", ref: "1", now: 5 } };
  await addClusterEvent(a.db, { origin: "a", now: () => 1000 }, event);
  expect(await said()).toEqual([["a", 1000, event]]);
});

test("ASVS 14.2.7 nothing is left of a deleted account's name in notices, whatever was changed of it", async () => {
  const entry = entryOf("person.role changed");
  await a.store.users.setRole(2, "admin", entry);
  await a.store.users.mute(2, 77, entry);
  await a.store.users.remove(2, true, entry);
  expect(await said()).toEqual([["a", 1000, { kind: "person.deleted", id: 2 }]]);
});
