import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { enrol, outcome } from "../../support/authenticator.ts";
import { type Clock, clock } from "../../support/clock.ts";
import { contentsOf, database } from "../../support/database.ts";
import { addPasskey, PasskeyDevice, questionFor } from "../../support/passkey-device.ts";
import { Person, type Socket } from "../../support/person.ts";
import { fromHeader, startServer, type TestServer } from "../../support/server.ts";

const address = "203.0.113.77";
/** As every secret begins, to be found wherever it is kept. */
const secret = "the-text-of-carla";
const choreMs = 5 * 60_000;

let folder: string;
let time: Clock;
let base: ReturnType<typeof database>;
let server: TestServer;
let bob: Person;
let carla: Person;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "secure-chat-erasure-"));
  time = clock();
  await open();
  bob = await new Person(server, "bob").register();
  carla = await new Person(server, "carla-the-first").register();
});
afterEach(async () => {
  await server.stop();
  expect(server.bugs).toEqual([]);
  rmSync(folder, { recursive: true });
});

/** Starts a server on the folder. */
async function open() {
  base = database(join(folder, "chat.sqlite"));
  server = await startServer({ store: base.store, system: time });
}

const remove = (person: Person, messages: "keep" | "remove") =>
  person.fetch("DELETE", "/api/account", { messages }, { [fromHeader]: address });

/** How often the files of the database hold these bytes. */
function found(text: string): Record<string, boolean> {
  const files = ["chat.sqlite", "chat.sqlite-wal"].filter((name) => existsSync(join(folder, name)));
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name)).includes(text)]));
}
const nowhere = { "chat.sqlite": false, "chat.sqlite-wal": false };

async function saidByCarla(socket: Socket, count: number) {
  for (let at = 0; at < count; at++) await socket.say(`${secret} ${at}`, at % 2 ? "direct:1:2" : "group");
}

/** Resolves when nobody's messages are left to be removed. */
async function erased() {
  for (let asked = 0; asked < 500; asked++) {
    if ((await base.store.users.erasing()).length === 0) return;
    await bob.fetch("GET", "/api/session");
  }
  throw new Error("The messages were not removed.");
}

describe("deleting the account with what one wrote", () => {
  test("ASVS 14.2.7 the text is gone from the database's files, and everybody's history", async () => {
    const [hers, his] = [await carla.enter(), await bob.enter()];
    await saidByCarla(hers, 6);
    await his.say("bob's own");
    const { head } = (await bob.enter()).entered.conversations.find(({ id }) => id === "group")!;
    expect(Object.values(found(secret))).toContain(true);
    expect((await remove(carla, "remove")).status).toBe(204);
    const changes = () => his.events.filter((event) => event.type === "message.changed");
    await his.until(() => changes().length === 6);
    expect(changes().map(({ message }) => [message.author, message.body.text])).toEqual(
      Array(6).fill([2, ""]),
    );
    await erased();
    expect(found(secret)).toEqual(nowhere);
    for (const conversation of ["group", "direct:1:2"]) {
      const page = await his.ask("history.read", { conversation }, "history.page");
      const theirs = page.messages.filter(({ author }) => author === 2);
      expect(theirs.map(({ body, deletedAt }) => [body.text, deletedAt])).toEqual(
        Array(3).fill(["", time.now()]),
      );
    }
    // Who was away hears of it by what changed since.
    const { epoch } = (await bob.enter()).entered;
    const since = { conversation: "group", epoch, after: head };
    const { messages } = await his.ask("conversation.sync", since, "conversation.synced");
    expect(messages.map(({ author, body }) => [author, body.text])).toEqual(Array(3).fill([2, ""]));
    const kept = await his.ask("history.read", { conversation: "group" }, "history.page");
    expect(kept.messages.map(({ body }) => body.text)).toContain("bob's own");
  });

  test("and without: it stays, with those it was written to", async () => {
    const hers = await carla.enter();
    await saidByCarla(hers, 2);
    expect((await remove(carla, "keep")).status).toBe(204);
    const page = await (await bob.enter()).ask("history.read", { conversation: "group" }, "history.page");
    expect(page.messages.map(({ author, body }) => [author, body.text])).toEqual([[2, `${secret} 0`]]);
  });

  test("goes on where a crash broke it off", async () => {
    await saidByCarla(await carla.enter(), 2);
    for (let from = 0; from < 1_000; from += 500)
      await base.store.messages.append(
        Array.from({ length: 500 }, (_, at) => ({
          conversation: "group" as const,
          author: 2,
          clientId: crypto.randomUUID(),
          text: `${secret} ${from + at}`,
          createdAt: time.now(),
        })),
      );
    const { removeOf } = base.store.messages;
    let batches = 0;
    const crashed = Promise.withResolvers<void>();
    base.store.messages.removeOf = async (author, at, limit) => {
      if (++batches <= 2) return removeOf(author, at, limit);
      crashed.resolve();
      // What comes after a crash never comes.
      return new Promise(() => {});
    };
    expect((await remove(carla, "remove")).status).toBe(204);
    await crashed.promise;
    const left = () => base.db.all(sql`select seq from messages where text <> ''`).length;
    expect(left()).toBe(1_002 - 400);
    // The server of before does nothing more.
    const before = server;
    base.db.$client.close();
    time = clock(time.now());
    await open();
    bob = bob.at(server);
    time.advance(1);
    await erased();
    expect(left()).toBe(0);
    expect(found(secret)).toEqual(nowhere);
    await before.server.stop(true);
  });

  test("ASVS 14.2.7 waits for who reads the file from outside, and is done when they are through", async () => {
    await saidByCarla(await carla.enter(), 4);
    const reader = new Database(join(folder, "chat.sqlite"), { readonly: true });
    reader.run("begin");
    reader.query("select count(*) from messages").get();
    expect((await remove(carla, "remove")).status).toBe(204);
    const his = await bob.enter();
    const page = await his.ask("history.read", { conversation: "group" }, "history.page");
    expect(page.messages.map(({ body }) => body.text)).toEqual(["", ""]);
    expect(await base.store.users.erasing()).toEqual([2]);
    reader.run("commit");
    reader.close();
    time.advance(choreMs + 1);
    await erased();
    expect(found(secret)).toEqual(nowhere);
  });
});

describe.each(["keep", "remove"] as const)(
  "what is left of an account whose messages one chose to %s",
  (choice) => {
    test("ASVS 14.2.7 is its id: no table holds a name, a hash, a factor or an address, but the log", async () => {
      await saidByCarla(await carla.enter(), 2);
      const phone = new Person(server, carla.name);
      await phone.signIn();
      await phone.fetch(
        "POST",
        "/api/session",
        { name: carla.name, password: "a guess" },
        { [fromHeader]: address },
      );
      await addPasskey(carla, new PasskeyDevice(server.origin), "key-of-carla");
      await enrol(carla, time.now);
      await questionFor(carla, "account/passkey-question");
      await carla.fetch("POST", "/api/account/code", {});
      const { message } = { message: await (await bob.enter()).say("bob's") };
      await carla.fetch("POST", "/api/reports", {
        conversation: "group",
        seq: message.seq,
        reason: "reason-of-carla",
      });
      const identity = { issuer: "https://issuer", subject: "subject-of-carla", userId: 2, provider: "x" };
      const told = { at: 0, actorId: 2, subjectId: 2, address: null, detail: {} };
      await base.store.factors.addIdentity(
        { ...identity, createdAt: 0 },
        { ...told, event: "provider.linked" },
      );

      const secrets = new Map<string, string>([["name", carla.name]]);
      const { passwordHash } = (await base.store.users.byId(2))!;
      secrets.set("password", passwordHash!);
      for (const { id } of await base.store.sessions.of(2)) secrets.set("session", id.toString("hex"));
      for (const { id, publicKey } of await base.store.factors.passkeys(2))
        secrets.set("passkey", id).set("its key", publicKey.toString("hex"));
      secrets.set("app", (await base.store.factors.totp(2))!.secret);
      for (const word of ["key-of-carla", "reason-of-carla", "subject-of-carla"]) secrets.set(word, word);
      const holding = (text: string) =>
        Object.entries(contentsOf(base.db))
          .filter(([, rows]) => JSON.stringify(rows.map(readable)).includes(text))
          .map(([table]) => table);
      for (const [what, text] of secrets) expect([what, holding(text)]).not.toEqual([what, []]);

      expect((await remove(carla, choice)).status).toBe(204);
      await erased();
      for (const [what, text] of secrets) expect([what, holding(text)]).toEqual([what, []]);
      expect(holding(address)).toEqual(["audit"]);
      const owned = Object.entries(contentsOf(base.db)).filter(([, rows]) =>
        (rows as Record<string, unknown>[]).some(
          (row) => row.user_id === 2 || row.reporter_id === 2 || (row.created_by === 2 && !row.revoked_at),
        ),
      );
      expect(owned.map(([table]) => table)).toEqual([]);
      // The log names people by ids alone.
      const log = await base.store.audit.page({ person: 2 }, null, 100);
      expect(log.length).toBeGreaterThan(3);
      expect(JSON.stringify(log)).not.toMatch(/carla/i);
    });
  },
);

test("the owner cannot go before the chat is somebody else's", async () => {
  base.db.run(sql`update users set role = 'owner' where id = 2`);
  await server.stop();
  await open();
  const owner = new Person(server, carla.name);
  await owner.signIn();
  for (const choice of ["keep", "remove"] as const)
    expect(await outcome(remove(owner, choice))).toEqual([409, "owner_stays"]);
  expect((await base.store.users.byId(2))?.name).toBe(carla.name);
  expect(await base.store.users.erasing()).toEqual([]);
});

/** Bytes as text, to be searched. */
const readable = (row: unknown) =>
  Object.values(row as object).map((value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
  );
