import { expect, test } from "bun:test";
import { entryOf, settle } from "../conformance/ground.ts";
import { database, node } from "./nodes.ts";
import { deadlocks } from "./waiting.ts";

const entry = entryOf("person.banned");

test("ASVS 8.3.1 ASVS 15.4.2 who becomes the owner while a moderator bans them is banned before or not at all", async () => {
  const url = await database();
  const [a, b] = [await node("a", url), await node("b", url)];
  await settle(a.store, "alice", "bob", "carol");
  await a.store.users.setRole(1, "owner", entry);
  await a.store.users.setRole(3, "moderator", entry);
  const seen = new Set<string>();
  for (let round = 0; round < 12; round++) {
    const [from, to] = round % 2 === 0 ? [1, 2] : [2, 1];
    const actions = [
      () => a.store.users.handOver(from!, to!, entry),
      () => b.store.users.setStatus(to!, "banned", null, entry, { by: 3, role: "moderator" }),
    ];
    // Whoever is asked first is mostly faster.
    if (round % 4 > 1) actions.reverse();
    const done = await Promise.allSettled(actions.map((action) => action()));
    seen.add(
      done
        .map((each) => (each.status === "fulfilled" ? `${each.value}` : each.reason.code))
        .toSorted()
        .join(),
    );
    const heir = (await a.store.users.byId(to!))!;
    expect([heir.role === "owner", heir.status]).toEqual(
      heir.status === "active" ? [true, "active"] : [false, "banned"],
    );
    if (heir.status === "active") await a.store.users.setRole(from!, "member", entry);
    else {
      await a.store.users.setStatus(to!, "active", null, entry);
      await a.store.users.handOver(from!, to!, entry);
      await a.store.users.setRole(from!, "member", entry);
    }
  }
  for (const each of seen) expect(["not_allowed,true", "false,true"]).toContain(each);
  expect(await deadlocks(url)).toBe(0);
});
