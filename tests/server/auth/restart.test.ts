import { Database } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import bcrypt from "bcryptjs";
import { freePort } from "../../../scripts/cluster/ports.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { Person } from "../../support/person.ts";
import { Program } from "../../support/program.ts";

const dataDir = temporaryFolder();
let program: Program;
let origin: string;
let port: number;

async function start(port: number) {
  program = new Program([process.execPath, "server/main.ts"], {
    DATA_DIR: dataDir,
    HOST: "127.0.0.1",
    PORT: String(port),
  });
  const [address] = await program.says(/https:\/\/localhost:\d+/);
  origin = address;
}

beforeAll(async () => {
  port = await freePort();
  await start(port);
});
afterAll(async () => {
  expect(await program.stop()).toBe(0);
});

test("ASVS 7.4.1 sessions, ended sessions, passwords and the limits that were set outlive a server that was killed", async () => {
  await program.says(/\/setup#[\s\S]*Ctrl-C/);
  const alice = await new Person({ origin }, "alice").setUp(program.printed);
  const settings = await alice.get("/api/settings");
  const limits = { messageBurst: 3, messagesPerMinute: 6, messageBytes: 100 };
  expect((await alice.fetch("PUT", "/api/settings", { ...settings, ...limits })).status).toBe(204);
  const phone = await new Person({ origin }, "alice").logIn();
  const left = phone.cookies;
  await phone.fetch("DELETE", "/api/session");
  // The security log of the program has them.
  await program.says(/"event":"house\.set up","actor":1,[\s\S]*"event":"session\.ended","actor":1,/);

  await program.stop("SIGKILL");
  await start(port);

  expect((await alice.fetch("GET", "/api/account")).status).toBe(200);
  expect(await alice.get("/api/settings")).toMatchObject(limits);
  const socket = await alice.enter();
  expect(socket.entered.me).toEqual({ id: 1, name: "alice", role: "owner" });
  for (const text of ["one", "two", "x".repeat(100)]) await socket.say(text);
  const refused = (text: string) => {
    const clientId = crypto.randomUUID();
    return socket.ask("message.send", { conversation: "group", clientId, body: { text } }, "error");
  };
  const [fourth, long] = [await refused("four"), await refused("x".repeat(101))];
  expect([fourth.code, long.code]).toEqual(["rate_limited", "message_too_large"]);
  // A token comes back in ten seconds, and not in half a second as the environment has it.
  expect(fourth.retryAfter).toBeGreaterThan(2000);
  const replayed = await phone.fetch("GET", "/api/account", undefined, { cookie: left });
  expect(replayed.status).toBe(401);
  expect((await phone.signIn()).status).toBe(200);
  alice.leave();
});

test("ASVS 11.4.2 as the program is started, a stored password is peppered bcrypt of cost 12 or more", () => {
  const db = new Database(join(dataDir, "chat.sqlite"), { readonly: true });
  const { hash } = db.query("select password_hash as hash from users").get() as { hash: string };
  db.close();
  expect(hash).toStartWith("1:$2");
  expect(bcrypt.getRounds(hash.slice(2))).toBeGreaterThanOrEqual(12);
  expect(bcrypt.compareSync("correct horse battery", hash.slice(2))).toBe(false);
});

test("ASVS 13.4.6 as the program is started, what fails shows no source", async () => {
  const answers = await Promise.all(
    ["[", "%", "a:99999"].map((host) =>
      fetch(origin, { headers: { host }, tls: { rejectUnauthorized: false } }),
    ),
  );
  for (const answer of answers) {
    const text = await answer.text();
    expect([answer.status, text.length < 200]).toEqual([400, true]);
  }
});
