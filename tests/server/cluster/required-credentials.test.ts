import { afterAll, beforeAll, expect, test } from "bun:test";
import { HashPool } from "../../../server/auth/hash-pool.ts";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { finds, startNode, startNodes, type TestNode } from "../../support/nodes.ts";
import { outcome } from "../../support/outcome.ts";
import { Person, password } from "../../support/person.ts";
import { freshDatabase } from "../../support/postgres.ts";
import { fromHeader } from "../../support/server.ts";
import { setUpLink } from "../../support/server-settings.ts";

let nodes: TestNode[];
let [one, two]: TestNode[] = [];
let owner: Person;
const pools = [new HashPool(1, 4), new HashPool(1, 4)];
beforeAll(async () => {
  const url = await freshDatabase();
  nodes = await Promise.all(pools.map((pool) => startNode({ url, settings: null, pool })));
  [one, two] = nodes;
});
afterAll(async () => {
  for (const node of nodes) await node.stop();
  for (const pool of pools) pool.close();
  expect(nodes.flatMap(({ bugs }) => bugs)).toEqual([]);
});

const join = (node: TestNode, name: string, invite: string) =>
  new Person(node, name).fetch("POST", "/api/account", { name, password, invite });

test("ASVS 2.3.4 ASVS 15.4.2 of those who open the set-up link on two nodes at once, one becomes the owner", async () => {
  const link = setUpLink(one!);
  expect(setUpLink(two!)).toBe(link);
  const body = { token: link.split("#")[1], chatName: "Family", registration: "invite", password };
  const heard = finds(two!, ({ events }) => events.length > 0);
  const people = Array.from({ length: 8 }, (_, at) => new Person(nodes[at % 2]!, `olga-${at}`));
  const answers = await Promise.all(
    people.map((person) => person.fetch("POST", "/api/set-up", { ...body, name: person.name })),
  );
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(7).fill(409)]);
  owner = people[answers.findIndex(({ status }) => status === 201)]!;
  expect(await one!.store.users.directory()).toHaveLength(1);

  await heard;
  for (const node of nodes) {
    const { settings } = await new Person(node, "stranger").get("/api/session");
    expect(settings).toEqual({ name: "Family", welcome: "", registration: "invite" });
    const again = await new Person(node, "late").fetch("POST", "/api/set-up", { ...body, name: "late" });
    expect(await outcome(again)).toEqual([409, "already_set_up"]);
  }
});

test("ASVS 2.3.4 ASVS 15.4.2 an invitation for one, used on two nodes at once, makes one account", async () => {
  const made = await owner.at(one!).fetch("POST", "/api/invites", { label: "", expiresIn: null, maxUses: 1 });
  const { id, token } = await made.json();
  const tries = Array.from({ length: 50 }, (_, at) => join(nodes[at % 2]!, `guest-${at}`, token));
  const statuses = (await Promise.all(tries)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(1);
  // One address may make so many accounts at once, on all nodes together; who is too much hears that.
  expect(statuses.filter((status) => status !== 201 && status !== 403 && status !== 429)).toEqual([]);
  const { invites } = await owner.at(two!).get("/api/invites");
  expect(invites).toMatchObject([{ id, uses: 1, state: "used up" }]);
});

test("ASVS 7.4.1 a reset on one node ends the sessions on the other, and its sockets", async () => {
  const { token: invite } = await (
    await owner.at(one!).fetch("POST", "/api/invites", { label: "", expiresIn: null, maxUses: 1 })
  ).json();
  const ann = new Person(two!, "ann");
  // From another address, since this one may have made too many accounts just now.
  const body = { name: "ann", password, invite };
  const registered = await ann.fetch("POST", "/api/account", body, { [fromHeader]: "127.0.4.1" });
  expect(registered.status).toBe(201);
  const { user } = await registered.json();
  const socket = await ann.connect();
  await finds(one!, () => true);
  const link = await owner.at(one!).fetch("POST", `/api/people/${user.id}/reset`);
  expect(link.status).toBe(201);
  const { token } = await link.json();
  const begun = performance.now();
  const reset = await new Person(one!, "ann").fetch("POST", "/api/reset", {
    token,
    password: "a good new password",
  });
  expect(reset.status).toBe(200);
  expect(await socket.closed).toBe(closeCodes.signedOut);
  expect(performance.now() - begun).toBeLessThan(2_000);
  expect((await ann.fetch("GET", "/api/account")).status).toBe(401);
  expect(await outcome(new Person(two!, "x").fetch("POST", "/api/reset/check", { token }))).toEqual([
    403,
    "link_invalid",
  ]);
});

test("a node that has not heard yet that the server is set up lets people in all the same", async () => {
  const [first, second] = await startNodes(2, { settings: null });
  const { registry } = second!.shared;
  const { poll } = registry;
  const held = Promise.withResolvers<void>();
  registry.poll = async (since) => {
    await held.promise;
    return poll(since);
  };
  const olga = await new Person(first!, "olga").setUp(setUpLink(first!));
  const session = await olga.at(second!).fetch("GET", "/api/session");
  const bob = await new Person(second!, "bob").fetch("POST", "/api/account", { name: "bob", password });
  held.resolve();
  const { settings } = await session.json();
  expect(settings).toEqual({ name: "Secure Chat", welcome: "", registration: "open" });
  expect(bob.status).toBe(201);
  for (const node of [first!, second!]) {
    await node.stop();
    expect(node.bugs).toEqual([]);
  }
});
