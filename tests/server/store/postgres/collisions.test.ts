import { expect, test } from "bun:test";
import { directId } from "../../../../server/protocol/conversation-id.ts";
import type { Draft } from "../../../../server/store/messages.ts";
import { draft, logOf, messageOf, settle } from "../conformance/ground.ts";
import { database, type Node, node } from "./nodes.ts";
import { deadlocks, untilSomeoneWaits } from "./waiting.ts";

const rounds = 40;

async function pair(people: number): Promise<[Node, Node, url: string]> {
  const url = await database();
  const [a, b] = [await node("a", url), await node("b", url)];
  await settle(a.store, ...Array.from({ length: people }, (_, at) => `person${at}`));
  return [a, b, url];
}

test("one message sent at the same time into two conversations is stored in one of them, and refused in the other", async () => {
  const [a, b, url] = await pair(3);
  for (let round = 0; round < rounds; round++) {
    const here = Array.from({ length: 30 }, (_, at) => draft(`${at}`, 1, "direct:1:2"));
    const there = here.map((each): Draft => ({ ...each, conversation: "direct:1:3" })).reverse();
    const outcomes = await Promise.all([a.store.messages.append(here), b.store.messages.append(there)]);
    expect(outcomes.map((each) => new Set(each.map(({ kind }) => kind)).size)).toEqual([1, 1]);
    expect(outcomes.map(([first]) => first?.kind).sort()).toEqual(["refused", "stored"]);
  }
  const logs = await Promise.all((["direct:1:2", "direct:1:3"] as const).map((id) => logOf(a.store, id)));
  expect(logs.flat()).toHaveLength(rounds * 30);
  for (const log of logs) expect(log.map(({ seq }) => seq)).toEqual(log.map((_, at) => at + 1));
  expect(await deadlocks(url)).toBe(0);
});

test("private conversations that two nodes begin at the same time come into being once, with both messages", async () => {
  const people = 2 + rounds;
  const [a, b, url] = await pair(people);
  for (let other = 3; other <= people; other++) {
    const ids = [directId(1, other), directId(2, other)];
    const at = (order: typeof ids) => order.map((id) => draft("first", other, id));
    const outcomes = await Promise.all([
      a.store.messages.append(at(ids)),
      b.store.messages.append(at(ids.toReversed())),
    ]);
    const seqs = outcomes.map((each) => each.map((outcome) => messageOf(outcome).seq)).sort();
    expect(seqs).toEqual([
      [1, 1],
      [2, 2],
    ]);
    const known = await a.store.conversations.of(other);
    expect(known.map(({ id, head }) => `${id} ${head}`).sort()).toEqual([
      `${ids[0]} 2`,
      `${ids[1]} 2`,
      "group 0",
    ]);
  }
  expect(await deadlocks(url)).toBe(0);
});

test("someone who is deleted while others write to them leaves no membership behind", async () => {
  const [a, b] = await pair(1 + rounds);
  for (let other = 2; other <= 1 + rounds; other++) {
    const id = directId(1, other);
    const [outcomes] = await Promise.all([
      a.store.messages.append([draft("x", 1, id)]),
      b.store.users.remove(other),
    ]);
    expect(await b.store.conversations.of(other)).toEqual([]);
    const stored = outcomes[0]?.kind === "stored" ? 1 : 0;
    expect(await logOf(b.store, id)).toHaveLength(stored);
  }
});

test("a session that is just being stored when the password changes is ended with the others", async () => {
  const [a, b] = await pair(1);
  const id = Buffer.alloc(32, 1);
  let changing: Promise<boolean> | undefined;
  await a.db.sql.begin(async (transaction) => {
    await transaction`insert into sessions (id, user_id, device, created_at, seen_at) values (${id}, 1, '', 1, 1)`;
    changing = b.store.users.setPassword(1, "new", "1:hash");
    await Promise.race([changing, untilSomeoneWaits(a)]);
  });
  await changing;
  expect(await b.store.sessions.find(id)).toBeNull();
});
