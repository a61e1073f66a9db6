import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { auditEntries } from "../../server/moderation/audit-entry.ts";
import { openDatabase } from "../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../server/store/sqlite/store.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Person } from "../support/person.ts";
import { Program } from "../support/program.ts";

const dataDir = temporaryFolder();
const env = { DATA_DIR: dataDir, PORT: "0" };
const next = "an entirely new password";
let server: Program;
let origin: string;

async function start() {
  server = new Program([process.execPath, "server/main.ts"], env);
  const [, address] = await server.says(/Here +(https:\/\/localhost:\d+)[\s\S]*Ctrl-C/);
  origin = address!;
}
async function stop() {
  await server.stop();
}
beforeAll(async () => {
  await start();
  await new Person({ origin }, "olga").setUp(server.printed);
});
afterAll(async () => {
  await stop();
});

async function make(args: string[], more: Record<string, string> = {}) {
  const program = Program.script("reset-link.ts", args, { ...env, ...more });
  return { code: await program.ends(), printed: program.printed };
}
const tokenIn = (printed: string) => /\/reset#([\w-]{43})\n/.exec(printed)![1]!;
const use = (token: string, password = next) =>
  new Person({ origin }, "anyone").fetch("POST", "/api/reset", { token, password });

test("whoever has the machine helps the owner back in, while the server runs", async () => {
  const { code, printed } = await make(["olga"], { ORIGINS: "https://chat.example.org" });
  expect([code, printed]).toEqual([0, expect.stringContaining("  https://chat.example.org/reset#")]);
  expect((await use(tokenIn(printed))).status).toBe(200);
  expect((await use(tokenIn(printed))).status).toBe(403);
  expect((await new Person({ origin }, "olga").signIn()).status).toBe(401);
  expect((await new Person({ origin }, "olga").signIn(next)).status).toBe(200);
});

test("while it is stopped, too; who has lost the authenticator app gets in without it, and all of it is in the audit log", async () => {
  await stop();
  const store = sqliteStore(openDatabase(join(dataDir, "chat.sqlite")));
  await store.factors.setTotp(
    1,
    { secret: "sealed", step: 0, createdAt: 0 },
    [],
    auditEntries(Date.now)("code.added", { by: 1 }),
  );
  await store.close();
  const kept = tokenIn((await make(["OLGA"])).printed);
  await start();
  expect((await use(kept)).status).toBe(403);

  const bare = tokenIn((await make(["olga", "--forget-factors"])).printed);
  expect((await use(kept)).status).toBe(403);
  expect((await use(bare, "the third good password")).status).toBe(200);
  await stop();
  const after = sqliteStore(openDatabase(join(dataDir, "chat.sqlite")));
  expect((await after.users.byId(1))!.hasCode).toBe(false);
  const events = ["password.reset link made", "password.reset", "code.removed"] as const;
  const entries = await after.audit.page({ events }, null, 3);
  await after.close();
  expect(entries).toMatchObject([
    { event: "password.reset", actorId: 1 },
    { event: "password.reset link made", actorId: null, subjectId: 1, detail: { way: "command line" } },
    { event: "code.removed", actorId: null, subjectId: 1, detail: { way: "command line" } },
  ]);
  await start();
}, 30_000);

test("a name that nobody has, none, or more than one is refused, and where there is no chat none is made", async () => {
  expect(await make(["nobody"])).toMatchObject({
    code: 1,
    printed: expect.stringContaining("Nobody here is called nobody."),
  });
  for (const args of [[], ["olga", "ann"], ["--forget", "olga"]])
    expect(await make(args)).toMatchObject({
      code: 1,
      printed: expect.stringContaining("bun run reset-link <user name>"),
    });
  const empty = temporaryFolder();
  const { code, printed } = await make(["olga"], { DATA_DIR: empty });
  expect([code, printed]).toEqual([1, expect.stringContaining(`There is no chat in ${empty}`)]);
  expect(readdirSync(empty)).toEqual([]);
}, 30_000);
