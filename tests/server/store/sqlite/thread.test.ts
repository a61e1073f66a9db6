import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Refusal } from "../../../../server/refusal.ts";
import { commitListeners } from "../../../../server/store/commit-listeners.ts";
import { openDatabase } from "../../../../server/store/sqlite/open.ts";
import { storeOnThread, storeThread } from "../../../../server/store/sqlite/thread.ts";
import { draft, entryOf, idOf, settle } from "../conformance/ground.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A store in a thread, and what it said besides its answers. */
async function open() {
  const folder = mkdtempSync(join(tmpdir(), "secure-chat-thread-"));
  folders.push(folder);
  const heard: unknown[] = [];
  const deaths: Error[] = [];
  const thread = storeThread();
  const path = join(folder, "chat.sqlite");
  const deps = {
    path,
    note: join(folder, "incarnation.json"),
    report: (error: unknown) => void heard.push(error),
    died: (error: Error) => void deaths.push(error),
  };
  const store = await storeOnThread(deps, thread);
  store.onCommit(({ entries }) => heard.push(...entries.map(({ event }) => event)));
  return { store, path, heard, deaths, thread };
}

test("what a commit has made true is known before whoever asked for it goes on", async () => {
  const { store, heard, thread } = await open();
  const added = store.audit.add(entryOf("account.exported")).then(() => heard.push("answered"));
  await added;
  expect(heard).toEqual(["account.exported", "answered"]);
  await store.close();
  await thread.terminate();
});

test("what was asked for in one turn is done in that order", async () => {
  const { store, thread } = await open();
  await settle(store, "alice");
  const all = await Promise.all(["a", "b", "c"].map((text) => store.messages.append([draft(text)])));
  expect(all.map(([outcome]) => outcome)).toMatchObject([1, 2, 3].map((seq) => ({ message: { seq } })));
  await store.close();
  await thread.terminate();
});

test("refusals and failures arrive as what they were, bytes as bytes", async () => {
  const { store, path, thread } = await open();
  await settle(store, "alice");
  const ticket = { id: idOf("a"), kind: "k", userId: 1, data: "", expiresAt: 9 };
  await store.tickets.put(ticket);
  expect((await store.tickets.take(idOf("a"), "k", 1))?.id.equals(idOf("a"))).toBe(true);

  const other = openDatabase(path);
  other.$client.run("BEGIN IMMEDIATE");
  const refusal = await store.tickets.put(ticket).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({ code: "busy", retryAfter: 1000 });
  other.$client.run("ROLLBACK");
  other.close();

  await store.tickets.put(ticket);
  const failure = await store.tickets.put(ticket).catch((error: unknown) => error);
  expect(String(JSON.stringify([failure, (failure as Error).cause]))).toContain("SQLITE_CONSTRAINT");
  await store.close();
  await thread.terminate();
});

test("a listener that fails keeps nothing from the others, and is reported", () => {
  const failures: unknown[] = [];
  const heard: unknown[] = [];
  const { onCommit, committed } = commitListeners((error) => failures.push(error));
  onCommit(() => {
    throw new Error("broken");
  });
  onCommit(({ entries }) => heard.push(...entries.map(({ event }) => event)));
  committed({ events: [], entries: [entryOf("account.exported")] });
  expect([heard, failures.map(String)]).toEqual([["account.exported"], ["Error: broken"]]);
});

test("what was asked for before the end is done, and what comes after is refused", async () => {
  const { store, thread } = await open();
  const asked = store.users.directory();
  const closing = store.close();
  expect(await asked).toEqual([]);
  await closing;
  expect(String(await store.users.directory().catch((error: unknown) => error))).toContain("ended");
  await thread.terminate();
});

test("a thread that has ended by itself is told of once, and nothing waits for it any more", async () => {
  const { store, deaths, thread } = await open();
  const asked = store.users.directory().then(
    () => "answered",
    () => "failed",
  );
  await thread.terminate();
  expect(["answered", "failed"]).toContain(await asked);
  expect(deaths).toHaveLength(1);
  expect(String(await store.users.directory().catch((error: unknown) => error))).toContain("ended");
});

test("a database that cannot be opened says why", async () => {
  const folder = mkdtempSync(join(tmpdir(), "secure-chat-thread-"));
  folders.push(folder);
  const nothing = () => {};
  const deps = {
    path: folder,
    note: join(folder, "note"),
    report: nothing,
    died: nothing,
  };
  const thread = storeThread();
  expect(await storeOnThread(deps, thread).catch((error: unknown) => error)).toBeInstanceOf(Error);
  await thread.terminate();
});
