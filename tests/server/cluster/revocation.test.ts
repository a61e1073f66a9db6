import { describe, expect, test } from "bun:test";
import { SQL } from "bun";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { Refusal } from "../../../server/refusal.ts";
import { carriers, finds, nodeStage, startNode } from "../../support/nodes.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { Person, password } from "../../support/person.ts";
import { freshDatabase } from "../../support/postgres.ts";

/** What is allowed from a revocation to its being true on every node. */
const boundMs = 2_000;

describe.each(carriers)("%s", (_, spoil) => {
  let count = 0;
  const { one, two } = nodeStage({ spoil });
  const newPerson = () => new Person(one, `person-${++count}`).register();

  /** The code with which a socket on the other node closes after the act, which has to be soon. */
  async function closes(closed: Promise<number>, run: () => Promise<Response>) {
    expect((await run()).ok).toBe(true);
    const start = performance.now();
    const code = await closed;
    expect(performance.now() - start).toBeLessThan(boundMs);
    return code;
  }

  test("ASVS 7.4.1 logging out closes the session's sockets on other nodes, and only those", async () => {
    const alice = await newPerson();
    const remote = await new Person(two, alice.name).logIn();
    const stays = await remote.enter();
    const { closed } = await alice.at(two).enter();
    expect(await closes(closed, () => alice.fetch("DELETE", "/api/session"))).toBe(closeCodes.signedOut);
    await stays.ask("ping", {}, "pong");
  });

  test("a session is bound on every node, and one from before there were keys loses the sockets that came without", async () => {
    const alice = await newPerson();
    const bound = await alice.withKey().signIn();
    expect(bound.status).toBe(200);
    const thief = new Person(two, alice.name);
    for (const cookie of alice.cookies.split("; ")) thief.bring(cookie);
    expect((await thief.fetch("GET", "/api/account")).status).toBe(401);
    expect((await thief.withKey().fetch("GET", "/api/account")).status).toBe(401);
    await (await alice.at(two).enter()).ask("ping", {}, "pong");

    const bob = await newPerson();
    const there = await bob.at(two).enter();
    const sql = new SQL({ url: one.url, max: 1 });
    await sql`update sessions set key_hash = null where user_id = ${there.entered.me.id}`;
    await sql.close();
    bob.withKey();
    expect(await closes(there.closed, () => bob.fetch("GET", "/api/account"))).toBe(closeCodes.restarting);
    await (await bob.at(two).enter()).ask("ping", {}, "pong");
  });

  test("ASVS 7.4.3 a new password ends every other session on other nodes; the browser that asked comes back", async () => {
    const alice = await newPerson();
    const thief = await new Person(two, alice.name).logIn();
    const [hers, his] = [await alice.at(two).enter(), await thief.enter()];
    const change = { current: password, password: "another horse battery" };
    const closed = await closes(his.closed, () => alice.fetch("PUT", "/api/account/password", change));
    expect(closed).toBe(closeCodes.signedOut);
    expect(await hers.closed).toBe(closeCodes.restarting);
    expect(await outcomeOf(thief.connect())).toThrow("The socket closed");
    const again = await alice.at(two).enter();
    // What was told of the former sessions is not true of the new one, however late it is heard.
    await finds(two, () => true);
    await again.ask("ping", {}, "pong");
  });

  test("ASVS 7.4.2 a deleted account has no socket left on any node", async () => {
    const alice = await newPerson();
    const { closed } = await alice.at(two).enter();
    const code = await closes(closed, () => alice.fetch("DELETE", "/api/account", { messages: "keep" }));
    expect(code).toBe(closeCodes.accountDeleted);
  });
});

test("a sign-out of which the answer was lost is true on the node that asked for it too", async () => {
  const node = await startNode({ url: await freshDatabase() });
  const alice = await new Person(node, "alice").register();
  const { closed } = await alice.enter();
  const { remove } = node.store.sessions;
  node.store.sessions.remove = async (id) => {
    await remove(id);
    throw new Refusal("busy");
  };
  expect((await alice.fetch("DELETE", "/api/session")).status).toBe(503);
  const start = performance.now();
  expect(await closed).toBe(closeCodes.signedOut);
  expect(performance.now() - start).toBeLessThan(boundMs);
  node.store.sessions.remove = remove;
  await node.stop();
});

test("a node that cannot look answers no history by what it knew two seconds ago", async () => {
  const url = await freshDatabase();
  const [one, two] = [await startNode({ url }), await startNode({ url })];
  const alice = await new Person(one, "alice").register();
  const bob = await (await new Person(one, "bob").register()).enter();
  const there = await alice.at(two).enter();
  const { poll } = two.shared.registry;
  const held = Promise.withResolvers<void>();
  two.shared.registry.poll = async (since) => {
    await held.promise;
    return poll(since);
  };
  await alice.fetch("DELETE", "/api/session");
  const revoked = performance.now();
  const { seq } = await bob.say("not for her");
  const closed = there.closed.then(() => null);
  let latest = 0;
  for (;;) {
    const page = there.ask("history.read", { conversation: "group" }, "history.page").catch(() => null);
    const answer = await Promise.race([page, closed]);
    if (answer === null) break;
    if (answer.head >= seq) latest = performance.now() - revoked;
  }
  expect(latest).toBeLessThan(boundMs);
  held.resolve();
  for (const node of [one, two]) await node.stop();
}, 20_000);
