import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQL } from "bun";
import { startPostgres } from "../../scripts/postgres.ts";
import { openPostgres } from "../../server/store/postgres/open.ts";

interface Server {
  admin: SQL;
  /** How a database is copied best: file by file, which PostgreSQL does by itself before 15, takes a third of the time. */
  copying: string;
  /** Of a migrated database that was never opened by a node. */
  template: string;
  urlOf(database: string): string;
}

/** Speed before safety: nobody needs this data after a power cut. */
const options = {
  fsync: "off",
  full_page_writes: "off",
  shared_buffers: "16MB",
  max_connections: "600",
  jit: "off",
};

/** Rows are put back as they are, without asking whether they may be removed or what they refer to. */
const rememberNew = `
  create schema as_new;
  do $$ declare name text; begin
    for name in select tablename from pg_tables where schemaname = 'public' loop
      execute format('create table as_new.%I as table public.%I', name, name);
    end loop;
  end $$;
  create procedure as_new.again() language plpgsql as $$ declare it record; begin
    set local session_replication_role = replica;
    for it in select distinct tgname, relname from pg_trigger join pg_class on pg_class.oid = tgrelid
      where tgname = 'poison' loop
      execute format('drop trigger %I on public.%I', it.tgname, it.relname);
    end loop;
    drop function if exists public.poison;
    for it in select tablename from pg_tables where schemaname = 'as_new' loop
      execute format('delete from public.%I', it.tablename);
      execute format('insert into public.%I overriding system value table as_new.%I', it.tablename, it.tablename);
    end loop;
    for it in select sequencename from pg_sequences where schemaname = 'public' loop
      execute format('alter sequence public.%I restart', it.sequencename);
    end loop;
  end $$;`;

let made = 0;

// Begun with the file that asks for it and not within a test: a test that takes too long ends what it began.
const { admin, copying, template, urlOf } = await start();

/** The URL of a new database with all tables, on the one PostgreSQL of this test process. */
export const freshDatabase = (): Promise<string> => create(template);

/** The URL of a new database with nothing in it. */
export const emptyDatabase = (): Promise<string> => create("template0");

/** Removes a database, whoever is still connected to it. */
export async function dropDatabase(url: string): Promise<void> {
  await admin`drop database ${admin(nameOf(url))} with (force)`;
}

/**
 * Makes a database as it was when it was new, and leaves open what is open to it. That takes a tenth of the time of
 * making another one. Tables made since, and changed settings of the database, stay.
 */
export async function cleanDatabase(sql: SQL): Promise<void> {
  await sql.unsafe("call as_new.again()");
}

/** A superuser's connections to the server, for what tests do behind a store's back. */
export const superuser = async (): Promise<SQL> => admin;

async function create(from: string): Promise<string> {
  const name = `test_${process.pid}_${++made}`;
  await admin.unsafe(`create database ${name} template ${from} ${copying}`);
  return urlOf(name);
}

/** TEST_DATABASE_URL names a server that runs already; otherwise one is started, which ends with this process. */
async function start(): Promise<Server> {
  const url = process.env.TEST_DATABASE_URL || (await startOwn());
  const urlOf = (database: string) => Object.assign(new URL(url), { pathname: `/${database}` }).href;
  const admin = new SQL({ url, max: 2 });
  const [{ version }] = await admin`select current_setting('server_version_num')::int as version`;
  const copying = version < 150_000 ? "" : "strategy file_copy";
  const template = `template_${process.pid}`;
  await admin`drop database if exists ${admin(template)}`;
  await admin`create database ${admin(template)} template template0 encoding 'UTF8'`;
  await (await openPostgres({ url: urlOf(template), connections: 1 }, fail)).close();
  // A copy is another database; without this its first opening would count as a move.
  const inTemplate = new SQL({ url: urlOf(template), max: 1 });
  await inTemplate`delete from meta where key = 'incarnation'`;
  await inTemplate.unsafe(rememberNew);
  await inTemplate.close();
  return { admin, copying, template, urlOf };
}

async function startOwn(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "secure-chat-postgres-"));
  // Where the server has to run as another user, that one has to pass through.
  chmodSync(folder, 0o711);
  endWithThisProcess(folder);
  return (await startPostgres({ folder: join(folder, "data"), options })).url;
}

/**
 * Starts a shell that waits until this process is gone, however it goes: its end of a pipe closes then. It ends the
 * server whose number the data folder holds, and removes the folder.
 */
function endWithThisProcess(folder: string) {
  const script = `
    read -r _
    pid=$(head -n 1 "$1/data/postmaster.pid") && kill -QUIT "$pid"
    for _ in $(seq 100); do kill -0 "$pid" || break; sleep 0.05; done
    kill -KILL "$pid"
    rm -rf "$1"`;
  const stdio: ["pipe", "ignore", "ignore"] = ["pipe", "ignore", "ignore"];
  Bun.spawn(["sh", "-c", script, "sh", folder], { stdio, detached: true }).unref();
}

const nameOf = (url: string) => new URL(url).pathname.slice(1);

function fail(error: unknown): never {
  throw error;
}
