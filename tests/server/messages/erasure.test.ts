import { expect, test } from "bun:test";
import type { Incident } from "../../../server/logging/incident.ts";
import { commitLoop } from "../../../server/messages/commit-loop.ts";
import { erasure } from "../../../server/messages/erasure.ts";
import { Refusal } from "../../../server/refusal.ts";
import { clock } from "../../support/clock.ts";
import { database } from "../../support/database.ts";
import { draft, logOf, settle } from "../store/conformance/ground.ts";

test("ASVS 2.4.1 account after account that is deleted clears out the database once in a while only, and all in the end", async () => {
  const { store } = database();
  const { users, messages } = store;
  const time = clock();
  let scrubs = 0;
  const vacuum = async () => {
    scrubs++;
    return messages.vacuum();
  };
  const erase = erasure({
    users,
    messages: { ...messages, vacuum },
    commits: commitLoop(messages, () => {}),
    system: time,
    report: (error) => expect(error).toBeUndefined(),
  });
  await settle(store, "alice", "bob", "carla", "dave");
  await messages.append([1, 2, 3].map((author) => draft("said", author)));
  for (const id of [1, 2, 3]) {
    await users.remove(id, true);
    await erase.run();
  }
  // What was said is gone at once for everybody who reads it here.
  expect((await logOf(store)).map(({ body }) => body.text)).toEqual(["", "", ""]);
  expect([scrubs, await users.erasing()]).toEqual([1, [2, 3]]);
  time.advance(5 * 60_000);
  await erase.run();
  expect([scrubs, await users.erasing()]).toEqual([2, []]);
  await erase.run();
  expect(scrubs).toBe(2);
  // A single message that was deleted leaves traces too.
  await messages.append([draft("said", 4)]);
  await messages.remove("group", 7, 500);
  await erase.run();
  expect(scrubs).toBe(2);
  time.advance(5 * 60_000);
  await erase.run();
  await erase.run();
  expect(scrubs).toBe(3);
});

test("ASVS 14.2.7 what cannot be cleared out for want of room is told once, tried again, and done when there is room", async () => {
  const { store } = database();
  const time = clock();
  const reported: unknown[] = [];
  let missing: { needed: number; free: number; folder: string } | null = { needed: 9, free: 4, folder: "/x" };
  const messages = { ...store.messages, vacuum: async () => missing ?? store.messages.vacuum() };
  const erase = erasure({
    users: store.users,
    messages,
    commits: commitLoop(messages, () => {}),
    system: time,
    report: (error) => void reported.push((error as Incident).event),
  });
  await settle(store, "alice", "bob");
  await messages.append([draft("said", 1)]);
  await erase.run();
  expect([erase.waiting, reported]).toEqual([null, []]);
  await messages.remove("group", 1, 500);
  const since = time.now();
  for (const free of [4, 5]) {
    missing = { ...missing, free };
    await erase.run();
    expect(erase.waiting).toEqual({ since, needed: 9, free });
    expect(await messages.isVacuumPending()).toBe(true);
    time.advance(5 * 60_000);
  }
  expect(reported).toEqual(["clearing_waits"]);
  missing = null;
  await erase.run();
  expect([erase.waiting, reported]).toEqual([null, ["clearing_waits", "clearing_done"]]);
  expect(await messages.isVacuumPending()).toBe(false);
});

test("a database that is taken up is told of after an hour only, and not where there is nothing to clear out", async () => {
  const { store } = database();
  const time = clock();
  const reported: unknown[] = [];
  const busy = async () => {
    throw new Refusal("busy");
  };
  const messages = { ...store.messages, vacuum: busy };
  let users: Pick<typeof store.users, "erasing" | "erased"> = { ...store.users, erasing: busy };
  const erase = erasure({
    users: { erasing: () => users.erasing(), erased: (id) => users.erased(id) },
    messages,
    commits: commitLoop(messages, () => {}),
    system: time,
    report: (error) => void reported.push((error as Incident).event),
  });
  const tryFor = async (ms: number) => {
    for (let passed = 0; passed <= ms; passed += 5 * 60_000) {
      await erase.run();
      time.advance(5 * 60_000);
    }
  };
  await tryFor(120 * 60_000);
  expect([erase.waiting, reported]).toEqual([null, []]);
  users = store.users;
  await settle(store, "alice", "bob");
  await messages.append([draft("said", 1)]);
  await messages.remove("group", 1, 500);
  const since = time.now();
  await tryFor(55 * 60_000);
  expect([erase.waiting, reported]).toEqual([null, []]);
  await tryFor(60 * 60_000);
  expect([erase.waiting, reported]).toEqual([{ since, needed: null, free: null }, ["clearing_waits"]]);
});
