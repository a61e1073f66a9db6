import { afterAll, afterEach } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../../../server/store/sqlite/open.ts";
import { storeOnThread, storeThread } from "../../../../server/store/sqlite/thread.ts";
import { storeSuite } from "../conformance/store.ts";
import { sqliteGround } from "./ground.ts";

// What every store must do, done by SQLite on a thread of its own, as the program has it.

const thread = storeThread();
const closing: (() => unknown)[] = [];
/** The thread has one store at a time. */
async function close() {
  for (const each of closing.splice(0)) await each();
}
afterEach(close);
afterAll(() => thread.terminate());

storeSuite(
  "SQLite",
  async () => {
    await close();
    const folder = mkdtempSync(join(tmpdir(), "secure-chat-thread-"));
    const [path, note] = [join(folder, "chat.sqlite"), join(folder, "incarnation.json")];
    const store = await storeOnThread({ path, note, report: fail, died: fail }, thread);
    const db = openDatabase(path);
    closing.push(
      () => db.close(),
      () => store.close(),
      () => rmSync(folder, { recursive: true }),
    );
    return sqliteGround(db, store);
  },
  { modelRuns: 40 },
);

function fail(error: unknown): never {
  throw error;
}
