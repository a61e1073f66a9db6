import { afterEach } from "bun:test";
import { type Db, openPostgres } from "../../../../server/store/postgres/open.ts";
import { postgresStore } from "../../../../server/store/postgres/store.ts";
import type { Store } from "../../../../server/store/store.ts";
import { dropDatabase, freshDatabase } from "../../../support/postgres.ts";

/** One node's view of a database: what is open, and the store on it. */
export interface Node {
  name: string;
  db: Db;
  store: Store;
}

const opened: Node[] = [];
const made = new Set<string>();
afterEach(async () => {
  await closeAll();
  for (const url of made) await dropDatabase(url);
  made.clear();
});

/** Closes all nodes of the test, which happens by itself after it. */
export async function closeAll(): Promise<void> {
  for (const { db } of opened.splice(0)) await db.close();
}

/** A node on a database; on one of its own when no URL is given. What fails behind its back fails the test. */
export async function node(name: string, url?: string): Promise<Node> {
  const at = url ?? (await database());
  const db = await openPostgres({ url: at, connections: 8 }, (error) => {
    throw error;
  });
  const it = { name, db, store: postgresStore(db, { origin: name, now: () => 1000 }) };
  opened.push(it);
  return it;
}

/** The URL of a fresh database, dropped after the test. */
export async function database(): Promise<string> {
  const url = await freshDatabase();
  made.add(url);
  return url;
}
