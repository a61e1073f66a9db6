import { expect, test } from "bun:test";
import type { Store } from "../../../../server/store/store.ts";
import { outcomeOf } from "../../../support/outcome.ts";
import { draft, entryOf, idOf, logOf, settle } from "../conformance/ground.ts";
import { anIdentity, anInvite, aTicket, beginSession, someSettings } from "../conformance/samples.ts";
import { closeAll, database, type Node, node } from "./nodes.ts";
import { deadlocks, untilSomeoneWaits } from "./waiting.ts";

const rounds = 12;
const entry = entryOf("person.banned");

async function pair(...names: string[]): Promise<[Node, Node, url: string]> {
  const url = await database();
  const [a, b] = [await node("a", url), await node("b", url)];
  await settle(a.store, ...names);
  return [a, b, url];
}

/** What became of calls: the code of a refusal, or whether there is something. */
const outcomes = async (calls: Promise<unknown>[]) =>
  (await Promise.allSettled(calls)).map((each) =>
    each.status === "rejected" ? (each.reason.code ?? each.reason) : each.value !== null,
  );

test("ASVS 15.4.2 of two nodes that are set up at once, one is; the other's owner is nobody", async () => {
  for (let round = 0; round < 2; round++) {
    const [a, b] = await pair();
    const setUp = ({ store, name }: Node) =>
      store.users.create({ name, passwordHash: null, createdAt: 1 }, { settings: someSettings({ name }) });
    const nodes = [a, b, a, b].map((each, at) => ({ ...each, name: `owner-${at}` }));
    const done = await outcomes(nodes.map(setUp));
    expect(done.toSorted()).toEqual(["already_set_up", "already_set_up", "already_set_up", true]);
    const [owner, ...others] = await a.store.users.directory();
    expect(others).toEqual([]);
    expect(await b.store.settings.read()).toEqual(someSettings({ name: owner!.name! }));
    await closeAll();
  }
});

test("ASVS 2.3.4 ASVS 15.4.2 an invitation for three lets in three, on whichever nodes they come", async () => {
  const [a, b] = await pair("alice");
  const { id } = await a.store.invites.create(anInvite({ maxUses: 3 }), entry);
  const join = (store: Store, name: string) =>
    store.users.create({ name, passwordHash: null, createdAt: 1 }, { invite: { id, at: 8 } });
  const done = await outcomes(
    Array.from({ length: 12 }, (_, at) => join([a, b][at % 2]!.store, `guest-${at}`)),
  );
  expect(done.filter((each) => each === true)).toHaveLength(3);
  expect(done.filter((each) => each === "invite_invalid")).toHaveLength(9);
  expect(await b.store.users.directory()).toHaveLength(4);
  expect(await b.store.invites.find(id)).toMatchObject({ uses: 3 });
});

test("ASVS 15.4.2 an invitation that is just being revoked lets nobody in afterwards", async () => {
  const [a, b] = await pair("alice");
  const { id } = await a.store.invites.create(anInvite(), entry);
  let joining: Promise<unknown> | undefined;
  await a.db.sql.begin(async (transaction) => {
    await transaction`update invites set revoked_at = 9 where id = ${id}`;
    joining = b.store.users.create(
      { name: "late", passwordHash: null, createdAt: 1 },
      { invite: { id, at: 8 } },
    );
    await Promise.race([joining, untilSomeoneWaits(a)]);
  });
  expect(await outcomeOf(joining!)).toThrow(expect.objectContaining({ code: "invite_invalid" }));
});

test("ASVS 15.4.2 names that look alike are one name on two nodes at once, and an account at a provider opens one", async () => {
  const [a, b] = await pair("alice");
  for (let round = 0; round < rounds; round++) {
    const { userId: _, ...identity } = anIdentity({ subject: `${round}` });
    const alike = [`rnax${round}`, `MAX${round}`].map((name) => ({ name, passwordHash: null, createdAt: 1 }));
    const made = await outcomes(alike.map((user, at) => [a, b][at]!.store.users.create(user)));
    expect(made.toSorted()).toEqual([false, true]);
    const others = ["one", "two"].map((name) => ({
      name: `${name}-x${round}`,
      passwordHash: null,
      createdAt: 1,
    }));
    const opened = await outcomes(
      others.map((user, at) => [a, b][at]!.store.users.create(user, { identity })),
    );
    expect(opened.toSorted()).toEqual(["identity_taken", true]);
  }
});

for (const [what, end] of [
  ["is banned", ({ users }: Store) => users.setStatus(1, "banned", null, entry)],
  ["ends all sessions", ({ sessions }: Store) => sessions.removeOthers(1, null, entry)],
  ["is deleted", ({ users }: Store) => users.remove(1, false, entry)],
] as const)
  test(`ASVS 7.4.2 a session that is just being stored when its user ${what} is ended with the others`, async () => {
    const [a, b] = await pair("alice");
    let ending: Promise<unknown> | undefined;
    await a.db.sql.begin(async (transaction) => {
      await transaction`
        insert into sessions (id, user_id, device, created_at, seen_at) values (${idOf("late")}, 1, '', 1, 1)`;
      ending = end(b.store);
      await Promise.race([ending, untilSomeoneWaits(a)]);
    });
    await ending;
    expect(await b.store.sessions.find(idOf("late"))).toBeNull();
  });

test("ASVS 8.3.2 once a ban is stored, nothing of theirs is, whichever node it was sent to", async () => {
  const [a, b] = await pair(...Array.from({ length: rounds }, (_, at) => `person${at}`));
  for (let author = 1; author <= rounds; author++) {
    const sending = Array.from({ length: 6 }, () => b.store.messages.append([draft("x", author)]));
    await a.store.users.setStatus(author, "banned", null, entry);
    const head = await a.store.conversations.head("group");
    const after = await b.store.messages.append([draft("late", author)]);
    const results = (await Promise.all(sending)).flat();
    expect(after).toEqual([{ kind: "refused", code: "account_barred" }]);
    for (const result of results)
      if (result.kind === "stored") expect(result.message.seq).toBeLessThanOrEqual(head);
      else expect(result).toEqual({ kind: "refused", code: "account_barred" });
  }
});

test("ASVS 15.4.2 a reset link, a code and a recovery code are taken by one node", async () => {
  const [a, b] = await pair("alice", "bob");
  for (let round = 0; round < rounds; round++) {
    const recovery = idOf(`recovery ${round}`);
    await a.store.tickets.put(aTicket({ id: idOf(`ticket ${round}`) }));
    await a.store.factors.setTotp(2, { secret: "s", step: 1, createdAt: 1 }, [recovery], entry);
    await beginSession(a.store, `former ${round}`, 2);
    const nodes = [a, b, a, b].map(({ store }) => store);
    const won = (results: unknown[]) => results.filter((each) => each).length;
    const taken = nodes.map(({ tickets }) => tickets.take(idOf(`ticket ${round}`), "reset", 1));
    expect(won(await Promise.all(taken))).toBe(1);
    expect(won(await Promise.all(nodes.map(({ factors }) => factors.useStep(2, 2))))).toBe(1);
    const used = nodes.map(({ factors }) => factors.useRecoveryCode(2, recovery, entry));
    expect(won(await Promise.all(used))).toBe(1);
    const renewed = nodes.map(({ sessions }, at) =>
      sessions.renew(idOf(`former ${round}`), { id: idOf(`${round} ${at}`), factors: 2, provenAt: 1 }),
    );
    expect(won(await Promise.all(renewed))).toBe(1);
  }
});

test("messages that two nodes delete and send at once have numbers without holes, and nobody stands in a circle", async () => {
  const [a, b, url] = await pair("alice", "bob", "carol");
  const places = ["group", "direct:1:2", "direct:1:3"] as const;
  const some = (order: readonly (typeof places)[number][]) =>
    order.flatMap((place) => [draft("x", 1, place), draft("y", 1, place)]);
  await a.store.messages.append(some(places));
  for (let round = 0; round < rounds; round++)
    await Promise.all([
      a.store.messages.append(some(places)),
      b.store.messages.append(some(places.toReversed())),
      a.store.messages.removeOf(1, 5, 4),
      b.store.messages.removeOf(1, 5, 4),
      b.store.messages.remove("direct:1:3", 1 + round, 5),
    ]);
  for (const place of places) {
    const log = await logOf(a.store, place);
    const head = await a.store.conversations.head(place);
    const revs = log.map(({ rev }) => rev);
    expect(new Set(revs).size).toBe(log.length);
    expect(Math.max(...revs)).toBe(head);
    // Every number was given to a message, and to a deletion once more.
    const deleted = log.filter(({ deletedAt }) => deletedAt !== undefined);
    expect(log.length + deleted.length).toBe(head);
    expect(deleted.every(({ body }) => body.text === "")).toBe(true);
  }
  expect(await deadlocks(url)).toBe(0);
});
