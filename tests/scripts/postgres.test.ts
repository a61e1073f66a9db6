import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { SQL } from "bun";
import { type Postgres, startPostgres } from "../../scripts/postgres.ts";
import { openPostgres } from "../../server/store/postgres/open.ts";
import { postgresStore } from "../../server/store/postgres/store.ts";
import { draft, logOf, settle } from "../server/store/conformance/ground.ts";
import { temporaryFolder } from "../support/folder.ts";

const home = temporaryFolder();
chmodSync(home, 0o711);
/** Two servers beside each other, for all the tests: making the data of one takes longer than each of them. */
const folders = { one: join(home, "one"), other: join(home, "other") };
let one: Postgres;
let other: Postgres;
beforeAll(async () => {
  [one, other] = await Promise.all([
    startPostgres({ folder: folders.one }),
    startPostgres({ folder: folders.other, options: { max_connections: "7" } }),
  ]);
}, 60_000);
afterAll(async () => {
  await Promise.all([one.stop(), other.stop()]);
});

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });

test("a server that was killed starts again at its place, with all that was acknowledged, and the store goes on", async () => {
  const first = one;
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
  first.kill("SIGKILL");
  // A connection that was open may still be served for a moment.
  let last = "stored";
  for (let at = 0; last === "stored" && at < 10_000; at++) last = await say(`meanwhile ${at}`);
  expect(last).toBe("busy");
  // One that is still dying is one that runs.
  await first.exited;
  one = await startPostgres({ folder: folders.one, port: first.port });
  expect(one.url).toBe(first.url);
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
  const { password } = new URL(one.url);
  expect(password).toMatch(/^[0-9a-f]{64}$/);
  expect(statSync(`${folders.one}.password`).mode & 0o777).toBe(0o600);
  expect(readFileSync(`${folders.one}.password`, "utf8").trim()).toBe(password);
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

test("two servers run beside each other, with the settings given, and each stops when told", async () => {
  const sql = new SQL({ url: other.url, max: 1 });
  expect((await sql`show max_connections`)[0]).toEqual({ max_connections: "7" });
  await sql.close();
  await other.stop();
  expect([await isOpen(one.port), await isOpen(other.port)]).toEqual([true, false]);
});

/** The sentence with which the other does not start. */
async function refusal(port?: number): Promise<string> {
  const failure = await startPostgres({ folder: folders.other, port }).catch((error) => error);
  expect(failure.name).toBe("SetupError");
  return failure.message;
}

test("a port that is taken is said in a sentence", async () => {
  expect(await refusal(one.port)).toMatch(/PostgreSQL did not start[\s\S]*could not bind/);
});

test("data whose password is gone is said in a sentence", async () => {
  writeFileSync(`${folders.other}.password`, "");
  expect(await refusal()).toContain(`${folders.other}.password`);
});
