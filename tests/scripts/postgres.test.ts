import { afterEach, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQL } from "bun";
import { type Postgres, startPostgres } from "../../scripts/postgres.ts";
import { openPostgres } from "../../server/db/postgres/open.ts";
import { postgresStore } from "../../server/db/postgres/store.ts";
import { draft, logOf, settle } from "../server/db/conformance/ground.ts";

const folders: string[] = [];
const running: Postgres[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function start(folder: string, port?: number): Promise<Postgres> {
  const server = await startPostgres({ folder, port });
  running.push(server);
  return server;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "secure-chat-launch-"));
  chmodSync(folder, 0o711);
  folders.push(folder);
  return join(folder, "data");
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });

test("a server that was killed starts again at its place, with all that was acknowledged, and the store goes on", async () => {
  const folder = newFolder();
  const first = await start(folder);
  const db = await openPostgres({ url: first.url, connections: 2 }, () => {});
  const store = postgresStore(db, { origin: "a", now: () => 1 });
  await settle(store, "alice");
  const acknowledged: string[] = [];
  /** Gives what became of it, and keeps what was promised. */
  const say = async (text: string) => {
    const outcome = await store.messages.append([draft(text)]).then(
      ([first]) => first!.kind as string,
      ({ code }) => code as string,
    );
    if (outcome === "stored") acknowledged.push(text);
    return outcome;
  };
  expect(await say("before")).toBe("stored");
  running.pop();
  first.kill("SIGKILL");
  // A connection that was open may still be served for a moment.
  let last = "stored";
  for (let at = 0; last === "stored" && at < 10_000; at++) last = await say(`meanwhile ${at}`);
  expect(last).toBe("busy");
  // One that is still dying is one that runs.
  await first.exited;
  const second = await start(folder, first.port);
  expect(second.url).toBe(first.url);
  expect(await say("after")).toBe("stored");
  const log = await logOf(store);
  expect(log.map(({ body }) => body.text)).toEqual(expect.arrayContaining(acknowledged));
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, at) => at + 1));
  await store.close();
});

/** What becomes of a connection: "in", or the code of the refusal. */
async function knock(url: string): Promise<string> {
  const sql = new SQL({ url, max: 1 });
  try {
    await sql`select 1`;
    return "in";
  } catch (error) {
    return (error as { errno?: string }).errno ?? String(error);
  } finally {
    await sql.close({ timeout: 0 });
  }
}

test("ASVS 13.2.1 13.2.3 nobody gets in without the password, which is a new one for every folder", async () => {
  const folder = newFolder();
  const [one, other] = await Promise.all([start(folder), start(newFolder())]);
  const { password } = new URL(one.url);
  expect(password).toMatch(/^[0-9a-f]{64}$/);
  expect(statSync(`${folder}.password`).mode & 0o777).toBe(0o600);
  expect(readFileSync(`${folder}.password`, "utf8").trim()).toBe(password);
  const withPassword = (given: string) => Object.assign(new URL(one.url), { password: given }).href;
  expect(await knock(one.url)).toBe("in");
  for (const wrong of ["", "postgres", new URL(other.url).password])
    expect(await knock(withPassword(wrong))).toBe("28P01");

  // Those who replicate are asked like everybody else.
  const sql = new SQL({ url: one.url, max: 1 });
  const ways = await sql`select distinct auth_method from pg_hba_file_rules`;
  await sql.close();
  expect(ways.map(({ auth_method }: { auth_method: string }) => auth_method)).toEqual(["scram-sha-256"]);
});

test("data whose password is gone is said in a sentence", async () => {
  const folder = newFolder();
  await (await startPostgres({ folder })).stop();
  writeFileSync(`${folder}.password`, "");
  const failure = await startPostgres({ folder }).catch((error) => error);
  expect(failure.name).toBe("SetupError");
  expect(failure.message).toContain(`${folder}.password`);
});

test("two servers run beside each other, with the settings given, and stop when told", async () => {
  const [one, other] = await Promise.all([
    start(newFolder()),
    startPostgres({ folder: newFolder(), options: { max_connections: "7" } }),
  ]);
  const sql = new SQL({ url: other.url, max: 1 });
  expect((await sql`show max_connections`)[0]).toEqual({ max_connections: "7" });
  await sql.close();
  await other.stop();
  expect([await isOpen(one.port), await isOpen(other.port)]).toEqual([true, false]);
});

test("a port that is taken is said in a sentence", async () => {
  const { port } = await start(newFolder());
  const failure = await startPostgres({ folder: newFolder(), port }).catch((error) => error);
  expect(failure.name).toBe("SetupError");
  expect(failure.message).toContain("PostgreSQL did not start");
  expect(failure.message).toContain("could not bind");
});

test("the server of the tests ends with the process that started it, also when that is killed", async () => {
  const support = join(import.meta.dir, "../support/postgres.ts");
  const code = `
    const { freshDatabase, superuser } = await import(${JSON.stringify(support)});
    const url = await freshDatabase();
    const [{ folder }] = await (await superuser())\`select current_setting('data_directory') as folder\`;
    console.log(JSON.stringify({ url, folder }));
    await new Promise(() => setInterval(() => {}, 1000));`;
  const child = Bun.spawn([process.execPath, "-e", code], {
    env: { ...process.env, TEST_DATABASE_URL: "" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { value } = await child.stdout.getReader().read();
  const { url, folder } = JSON.parse(new TextDecoder().decode(value));
  const port = Number(new URL(url).port);
  expect([await isOpen(port), existsSync(folder)]).toEqual([true, true]);
  child.kill("SIGKILL");
  const deadline = performance.now() + 10_000;
  while ((existsSync(join(folder, "..")) || (await isOpen(port))) && performance.now() < deadline) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect([await isOpen(port), existsSync(join(folder, ".."))]).toEqual([false, false]);
});
