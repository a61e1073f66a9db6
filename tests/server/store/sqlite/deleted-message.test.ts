import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../../../server/store/sqlite/store.ts";
import type { Store } from "../../../../server/store/store.ts";
import { draft, settle } from "../conformance/ground.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "secure-chat-deleted-"));
  store = sqliteStore(openDatabase(join(folder, "chat.sqlite")));
  await settle(store, "alice");
  await store.messages.append([draft("the-secret-text")]);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const isFound = () =>
  readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes("the-secret-text"));

test("ASVS 14.2.7 the text of a message that is deleted is not left in the log of the database either", async () => {
  expect(isFound()).toBe(true);
  await store.messages.remove("group", 1, 500);
  expect(isFound()).toBe(false);
});

test("a message can be deleted while somebody reads the files from outside", async () => {
  const reader = new Database(join(folder, "chat.sqlite"));
  reader.run("begin");
  reader.query("select * from chat_messages").all();
  expect(await store.messages.remove("group", 1, 500)).toMatchObject({ body: { text: "" } });
  reader.close();
});
