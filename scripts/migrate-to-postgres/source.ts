import { Database } from "bun:sqlite";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { projectRoot } from "../../server/config/environment.ts";
import { copiedTables, numberedTables } from "../../server/store/postgres/copied-tables.ts";
import type { Counts } from "../../server/store/postgres/fingerprints.ts";
import { disown, isKnown } from "../../server/store/sqlite/incarnation.ts";
import { lockData } from "../../server/store/sqlite/lock.ts";
import { SetupError } from "../setup.ts";

/** A SQLite database that is only read, and by nobody else meanwhile. */
export interface Source {
  path: string;
  /** Names the database in the state it is in: every start of a server changes it. */
  name: string;
  epoch: string;
  /** False when the database was put back from a backup, and its epoch is not to be used again. */
  isKnown: boolean;
  /** The highest number that a row of each numbered table ever had. */
  last: Record<string, number>;
  counts: Counts;
  db: Database;
  /** Lets a server that is started on it again begin a new epoch. */
  disown(): void;
  close(): void;
}

/** Opens the database of a data folder, and holds the folder. A SetupError says why that cannot be. */
export function openSource(dataDir: string): Source {
  const path = join(dataDir, "chat.sqlite");
  if (!existsSync(path))
    throw new SetupError(
      `There is no ${path}. DATA_DIR has to name the folder whose database is to be copied.`,
    );
  const unlock = lockData(join(dataDir, "lock"));
  if (!unlock) throw new SetupError(`A server is running on ${dataDir}. Stop it first.`);
  const db = new Database(path, { readonly: true, strict: true });
  const close = () => {
    db.close();
    unlock();
  };
  try {
    // One snapshot for all that is read.
    db.run("BEGIN");
    requireUpToDate(db, path);
    const generation = meta(db, "generation");
    const note = join(dataDir, "incarnation.json");
    return {
      path,
      name: `${meta(db, "epoch")}:${generation}`,
      epoch: meta(db, "epoch")!,
      isKnown: isKnown(note, { generation, file: statSync(path).ino, height: height(db) }),
      last: Object.fromEntries(numberedTables.map((table) => [table, lastOf(db, table)])),
      counts: counts(db),
      db,
      disown: () => disown(note, Date.now()),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function requireUpToDate(db: Database, path: string) {
  const migrations = readMigrationFiles({ migrationsFolder: join(projectRoot, "drizzle/sqlite") });
  const made = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = '__drizzle_migrations'").get();
  const done = made
    ? db.prepare<{ hash: string }, []>("SELECT hash FROM __drizzle_migrations ORDER BY created_at").all()
    : [];
  if (
    Bun.deepEquals(
      done.map(({ hash }) => hash),
      migrations.map(({ hash }) => hash),
    )
  )
    return;
  throw new SetupError(
    `${path} is of another version of this program. Start this version once without DATABASE_URL, stop it, and copy then.`,
  );
}

const meta = (db: Database, key: string): string | null =>
  db.prepare<{ value: string }, [string]>("SELECT value FROM meta WHERE key = ?").get(key)?.value ?? null;

/** What the note beside the database counts. */
const height = (db: Database) =>
  db
    .prepare<{ height: number }, []>(`
      SELECT coalesce(sum(head), 0) + (SELECT coalesce(max(id), 0) FROM users) AS height FROM conversations`)
    .get()!.height;

const lastOf = (db: Database, table: string): number =>
  db
    .prepare<{ last: number }, [string]>(`
      SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?), 0),
        (SELECT coalesce(max(id), 0) FROM ${table})) AS last`)
    .get(table)!.last;

function counts(db: Database): Counts {
  const each = copiedTables.map(({ name }) => `(SELECT count(*) FROM ${name}) AS ${name}`).join(", ");
  return db
    .prepare<Counts, []>(
      `SELECT ${each}, (SELECT count(DISTINCT conversation_id) FROM chat_messages) AS sums`,
    )
    .get()!;
}
