import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SQL } from "bun";
import { getTableName, is } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import { openDatabase } from "../../../server/store/sqlite/open.ts";
import * as schema from "../../../server/store/sqlite/schema.ts";
import { sqliteStore } from "../../../server/store/sqlite/store.ts";
import type { Store } from "../../../server/store/store.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { Program } from "../../support/program.ts";

export type Value = string | number | null | Uint8Array;

/** A data folder with a database that no server has opened, and the pepper of the test servers. */
export class Folder {
  readonly dataDir = temporaryFolder();
  readonly path = join(this.dataDir, "chat.sqlite");

  constructor() {
    const secrets = { pepper: Buffer.alloc(32, 7).toString("hex") };
    writeFileSync(join(this.dataDir, "secrets.json"), JSON.stringify(secrets), { mode: 0o600 });
    openDatabase(this.path).close();
  }

  /** Opens the store, and the database behind its back, for as long as the work takes. */
  async fill(work: (store: Store, run: (query: string, ...values: Value[]) => void) => Promise<void>) {
    const db = openDatabase(this.path);
    const store = sqliteStore(db);
    await work(store, (query, ...values) => void db.$client.run(query, values));
    await store.close();
  }

  migrate(url: string): Program {
    return Program.script("migrate-to-postgres.ts", [], { DATA_DIR: this.dataDir, DATABASE_URL: url });
  }
}

/** Three people and as many messages of theirs in the group, a thousand in a batch. */
export async function fillGroup(store: Store, messages: number): Promise<void> {
  for (const name of ["alice", "bob", "carol"])
    await store.users.create({ name, passwordHash: `hash of ${name}`, createdAt: 1 });
  for (let first = 1; first <= messages; first += 1000)
    await store.messages.append(
      Array.from({ length: Math.min(1000, messages - first + 1) }, (_, index) => ({
        conversation: "group" as const,
        author: 1 + (index % 3),
        clientId: crypto.randomUUID(),
        body: { text: `Message ${first + index}` },
        createdAt: 1_790_000_000_000 + index,
      })),
    );
}

const tables = Object.values<unknown>(schema)
  .filter((each): each is SQLiteTable => is(each, SQLiteTable))
  .map(getTableName)
  .filter((name) => name !== "meta");

/** Every row of what both databases hold, under the columns of SQLite, in an order of no meaning. */
export async function rowsOf(from: Folder | string): Promise<Record<string, string[]>> {
  const sqlite = typeof from === "string" ? null : openDatabase(from.path);
  const sql = typeof from === "string" ? new SQL({ url: from, max: 1 }) : null;
  const rows: Record<string, string[]> = {};
  for (const table of tables) {
    const found: Record<string, Value>[] = sqlite
      ? sqlite.$client.prepare<Record<string, Value>, []>(`SELECT * FROM ${table}`).all()
      : await sql!`select * from ${sql!(table)}`;
    rows[table] = found.map(({ changed, ...row }) => plain(row)).sort();
  }
  sqlite?.close();
  await sql?.close();
  return rows;
}

const plain = (row: Record<string, Value>) =>
  JSON.stringify(
    Object.entries(row)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => [
        name,
        value instanceof Uint8Array
          ? Buffer.from(value).toString("hex")
          : value === null
            ? null
            : String(value),
      ]),
  );
