import { expect, test } from "bun:test";
import { cpSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watchIncarnation } from "../../../../server/store/sqlite/incarnation.ts";
import { openDatabase } from "../../../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../../../server/store/sqlite/store.ts";
import { system } from "../../../../server/system.ts";
import { draft, settle } from "../conformance/ground.ts";

test("a folder that was copied right after the last note, and later took the name of the former, has a new epoch", async () => {
  const folder = mkdtempSync(join(tmpdir(), "secure-chat-restored-"));
  const [data, copy] = [join(folder, "data"), join(folder, "copy")];
  const during = async (use: (store: ReturnType<typeof sqliteStore>) => Promise<unknown>) => {
    const db = openDatabase(join(data, "chat.sqlite"));
    const stopNoting = watchIncarnation(db, join(data, "incarnation.json"), system, () => {});
    const store = sqliteStore(db);
    await use(store);
    stopNoting();
    store.close();
    return store.epoch;
  };
  const epoch = await during(async (store) => {
    await settle(store, "alice");
    await store.messages.append([draft("before the copy")]);
  });
  cpSync(data, copy, { recursive: true });
  expect(await during((store) => store.messages.append([draft("after the copy")]))).toBe(epoch);
  renameSync(data, join(folder, "former"));
  renameSync(copy, data);
  expect(await during(async () => {})).not.toBe(epoch);
  rmSync(folder, { recursive: true });
});
