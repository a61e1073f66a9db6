import { beforeEach, expect, test } from "bun:test";
import { type People, people } from "../../../server/accounts/directory.ts";
import { database } from "../../support/database.ts";

const { store } = database();
let directory: People;
beforeEach(async () => {
  directory = await people(store.users);
});

test("it is what the store knows, deleted ones without a name", async () => {
  const createdAt = 0;
  const passwordHash = "x";
  await store.users.create({ name: "alice", passwordHash, createdAt });
  await store.users.create({ name: "bob", passwordHash, createdAt });
  await store.users.remove(1);
  directory = await people(store.users);
  expect(directory.all()).toEqual([
    { id: 1, name: null },
    { id: 2, name: "bob" },
  ]);
  expect([directory.nameOf(1), directory.nameOf(2), directory.nameOf(3)]).toEqual([null, "bob", null]);
});

test("its tag changes with every change, and is that of a directory read anew", async () => {
  const tags = [directory.tag(), directory.tag()];
  expect(tags[0]).toBe(tags[1]!);
  const carol = await store.users.create({ name: "carol", passwordHash: "x", createdAt: 0 });
  directory.add({ id: carol!.id, name: "carol" });
  tags.push(directory.tag());
  await store.users.remove(carol!.id);
  directory.forget(carol!.id);
  tags.push(directory.tag());
  expect(new Set(tags).size).toBe(3);
  expect((await people(store.users)).tag()).toBe(directory.tag());
});
