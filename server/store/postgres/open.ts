import { join } from "node:path";
import { SQL } from "bun";
import { type BunSQLDatabase, drizzle } from "drizzle-orm/bun-sql";
import { migrate } from "drizzle-orm/bun-sql/migrator";
import { addAppend } from "./append.ts";
import { deadlineMs } from "./db-errors.ts";
import { DatabaseError, mistakeOf } from "./failures.ts";
import { migrationLock, settleIncarnation } from "./incarnation.ts";

const migrations = join(import.meta.dir, "../../../drizzle/postgres");
const connectSeconds = 3;
const oldest = 14;

/** An open database. What it gives changes with `renew`, so it is asked for anew at every use. */
export interface Db {
  readonly orm: BunSQLDatabase;
  readonly sql: SQL;
  /** How many there are at most at a time. */
  readonly connections: number;
  /** Names the incarnation of the database, as last read. */
  epoch: string;
  /**
   * Throws away all connections, with what hangs on them, and goes on with new ones: a network that was cut leaves
   * connections that never answer and never end.
   */
  renew(): void;
  close(): Promise<void>;
}

/** A transaction on it. */
export type Transaction = Parameters<Parameters<BunSQLDatabase["transaction"]>[0]>[0];

const session = {
  application_name: "secure-chat",
  default_transaction_isolation: "read committed",
  // Acknowledged means on disk, whatever the server's own setting is.
  synchronous_commit: "on",
  // Whoever asked has given up by then; and a node that was stopped in the middle must not hold locks.
  statement_timeout: String(deadlineMs),
  idle_in_transaction_session_timeout: "3000",
  // Every query here has its index. A plan made while a table was small, and kept, would read all of it later.
  enable_seqscan: "off",
  tcp_keepalives_idle: "5",
  tcp_keepalives_interval: "2",
  tcp_keepalives_count: "3",
};

/**
 * Opens a PostgreSQL database and brings it up to date by the migrations in `drizzle/`, one node at a time.
 * A DatabaseError says in a sentence what a person has to mend.
 */
export async function openPostgres(
  { url, connections }: { url: string; connections: number },
  report: (error: unknown) => void,
): Promise<Db> {
  return beside({ url, connections }, await bringUpToDate(url), report);
}

/** The same database over connections of its own, for what must not wait behind others; `epoch` is what was last read. */
export function beside(
  { url, connections }: { url: string; connections: number },
  epoch: string,
  report: (error: unknown) => void,
): Db {
  const pool = () =>
    new SQL({
      url,
      max: connections,
      connectionTimeout: connectSeconds,
      connection: session,
      idleTimeout: 0,
    });
  let sql = pool();
  let orm = drizzle({ client: sql });
  return {
    connections,
    get sql() {
      return sql;
    },
    get orm() {
      return orm;
    },
    get epoch() {
      return epoch;
    },
    set epoch(next) {
      epoch = next;
    },
    renew() {
      sql.close({ timeout: 0 }).catch(report);
      sql = pool();
      orm = drizzle({ client: sql });
    },
    close: () => sql.close({ timeout: 0 }),
  };
}

/** Migrates on a connection of its own, under a lock that ends with it. Gives the epoch. */
async function bringUpToDate(url: string): Promise<string> {
  const sql = new SQL({
    url,
    max: 1,
    connectionTimeout: connectSeconds,
    connection: { application_name: "secure-chat migration", lock_timeout: "60000" },
  });
  try {
    const connection = await sql.reserve();
    const [server] = await connection`
      select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding`;
    const version = Math.floor(server.version / 10_000);
    if (version < oldest)
      throw new DatabaseError(`PostgreSQL ${version} is too old: ${oldest} or newer is needed.`);
    if (server.encoding !== "UTF8")
      throw new DatabaseError(
        `The database keeps text as ${server.encoding}; make one with ENCODING 'UTF8'.`,
      );
    await refuseSharedSchema(connection);
    await connection`select pg_advisory_lock(${migrationLock}::bigint)`;
    await migrate(drizzle({ client: connection }), { migrationsFolder: migrations });
    await addAppend(connection);
    return await settleIncarnation(connection);
  } catch (error) {
    throw mistakeOf(error, url);
  } finally {
    await sql.close({ timeout: 0 });
  }
}

/**
 * PostgreSQL 14 lets everyone create in the schema "public" by default. A function that others put there is run with the
 * rights of the chat wherever it fits a call better than PostgreSQL's own: in here too, if names were not spelled out.
 */
async function refuseSharedSchema(connection: SQL): Promise<void> {
  const [shared] = await connection`
    select pg_catalog.quote_ident(schema::pg_catalog.text) as name,
      pg_catalog.quote_ident(current_user::pg_catalog.text) as us
    from pg_catalog.unnest(pg_catalog.current_schemas(false)) as schema
    where pg_catalog.has_schema_privilege('public', schema::pg_catalog.text, 'create')`;
  if (!shared) return;
  const { name, us } = shared;
  throw new DatabaseError(
    `Everyone may create things in this database, and what they create could act for the chat. As the owner of the schema ${name}: REVOKE CREATE ON SCHEMA ${name} FROM PUBLIC; GRANT CREATE ON SCHEMA ${name} TO ${us}`,
  );
}
