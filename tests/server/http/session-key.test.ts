import { beforeEach, describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { keyHeader } from "../../../server/protocol/session-key.ts";
import { enrol } from "../../support/authenticator.ts";
import type { contentsOf } from "../../support/database.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { newKey, Person, password } from "../../support/person.ts";
import { routeList } from "../../support/route-rows.ts";
import { stage } from "../../support/stage.ts";

/** Has a key, as everybody who comes by the client. */
let alice: Person;
const { server, contents } = stage();
beforeEach(async () => {
  alice = await new Person(server, "alice").withKey().register();
});

/** Another service on the same host, which was sent the cookies, as the attacker who runs it uses them. */
function replaying(person: Person, key: string | null = null): Person {
  const thief = new Person(server, person.name);
  for (const cookie of person.cookies.split("; ")) thief.bring(cookie);
  thief.key = key;
  return thief;
}
/** The session of one person, put over that of another. */
const plant = (from: Person, into: Person) => into.bring(/__Host-session=[^;]+/.exec(from.cookies)![0]);
const who = async (person: Person) => (await person.get("/api/session")).user?.name ?? null;
const makeLegacy = () => server.db.run("update sessions set key_hash = null");
const written = (code: string) =>
  server.log.map((line) => JSON.parse(line)).filter(({ detail }) => detail?.code === code);

describe("ASVS 7.2.1 a cookie that another service on the host has read", () => {
  test("opens no route, with no key and with another", async () => {
    for (const thief of [replaying(alice), replaying(alice, newKey())]) {
      for (const { method, path, address, access, body } of routeList) {
        if (access === "anyone") continue;
        const before = contents();
        const headers: Record<string, string> =
          path === "/api/socket" ? { upgrade: "websocket", origin: server.origin } : {};
        const response = await thief.fetch(method, address, body, headers);
        expect([method, path, response.status]).toEqual([method, path, 401]);
        expect([method, path, (await response.json()).error.code]).toEqual([method, path, "not_signed_in"]);
        expect([method, path, contents()]).toEqual([method, path, before]);
      }
      expect(await who(thief)).toBeNull();
    }
    expect(await alice.status()).toBe(200);
  });

  test("opens no socket, and the one of its owner opens by the plain subprotocol", async () => {
    const socket = await alice.enter();
    expect(socket.raw.protocol).toBe("secure-chat");
    for (const thief of [replaying(alice), replaying(alice, newKey())])
      expect(await outcomeOf(thief.connect())).toThrow("The socket closed");
    await socket.ask("ping", {}, "pong");
  });

  test("is written to the security log as what it is, by whose it was and where it came from", async () => {
    await replaying(alice, newKey()).fetch("GET", "/api/session");
    await replaying(alice).fetch("POST", "/api/reports", {});
    expect(written("wrong_session_key")).toMatchObject([
      { event: "request.refused", actor: null, subject: 1, detail: { asked: "GET /api/session" } },
      { event: "request.refused", actor: null, subject: 1, detail: { asked: "POST /api/reports" } },
    ]);
    expect(server.log.join("\n")).not.toContain(alice.key!);
  });

  test("does not end the session of its owner where the thief signs in with an account of their own", async () => {
    await new Person(server, "mallory").register();
    const thief = replaying(alice);
    const response = await thief.fetch("POST", "/api/session", { name: "mallory", password });
    expect(response.status).toBe(200);
    expect([await alice.status(), await who(thief)]).toEqual([200, "mallory"]);
  });

  test("opens nothing where a second factor is still missing, or has to be set up", async () => {
    const { app } = await enrol(alice, Date.now);
    const half = new Person(server, "alice").withKey();
    expect(await (await half.signIn()).json()).toMatchObject({ stage: "second factor" });
    const code = app.at(Date.now(), 1);
    for (const thief of [replaying(half), replaying(half, newKey())]) {
      expect((await thief.fetch("POST", "/api/session/code", { code })).status).toBe(401);
      expect((await thief.fetch("DELETE", "/api/session")).status).toBe(401);
      expect(await who(thief)).toBeNull();
    }
    expect(await (await half.fetch("POST", "/api/session/code", { code })).json()).toMatchObject({
      stage: "open",
    });
    // What was proven gave it another token, and the same key.
    expect([await half.status(), await replaying(half).status()]).toEqual([200, 401]);
  });
});

describe("a session that was put into the browser of somebody else", () => {
  test("is none there, whether it is bound to the attacker's key or to none", async () => {
    const own = /__Host-session=[^;]+/.exec(alice.cookies)![0];
    const bound = await new Person(server, "mallory").withKey().register();
    const unbound = await new Person(server, "mallet").register();
    for (const attacker of [bound, unbound]) {
      plant(attacker, alice);
      expect([await who(alice), await alice.status()]).toEqual([null, 401]);
      expect(await outcomeOf(alice.connect())).toThrow("The socket closed");
      expect(await attacker.status()).toBe(200);
    }
    alice.bring(own);
    expect(await who(alice)).toBe("alice");
  });

  test("of before there were keys is none there either: their key has a session already", async () => {
    const attacker = await new Person(server, "mallory").register();
    server.db.run("update sessions set key_hash = null where user_id = 2");
    plant(attacker, alice);
    expect([await who(alice), await attacker.status()]).toEqual([null, 200]);
  });

  test("is left alone where they sign in over it", async () => {
    const attacker = await new Person(server, "mallory").withKey().register();
    plant(attacker, alice);
    expect((await alice.signIn()).status).toBe(200);
    expect([await who(alice), await attacker.status()]).toEqual(["alice", 200]);
  });
});

describe("a session that began without a key", () => {
  test("goes on without one, and the list of devices says so", async () => {
    const bob = await new Person(server, "bob").register();
    await (await bob.enter()).ask("ping", {}, "pong");
    const devices = async (person: Person) => person.get("/api/account/sessions");
    expect(await devices(bob)).toMatchObject([{ isThis: true, isBound: false }]);
    expect(await devices(alice)).toMatchObject([{ isThis: true, isBound: true }]);
    bob.withKey();
    expect(await bob.status()).toBe(401);
  });

  test("stays unbound through a proof; one with a key stays bound through proofs and a new password", async () => {
    const bob = await new Person(server, "bob").register();
    for (const person of [bob, alice]) {
      const cookies = person.cookies;
      expect((await person.fetch("POST", "/api/proof", { password })).status).toBe(200);
      expect(person.cookies).not.toBe(cookies);
    }
    const change = { current: password, password: "another horse battery" };
    expect((await alice.fetch("PUT", "/api/account/password", change)).status).toBe(204);
    expect([await bob.status(), await replaying(bob, newKey()).status()]).toEqual([200, 401]);
    expect([await alice.status(), await replaying(alice).status()]).toEqual([200, 401]);
  });
});

describe("a session from before there were keys", () => {
  test("works without one until one is shown, and only with that from then on", async () => {
    const bob = await new Person(server, "bob").register();
    makeLegacy();
    expect(await bob.status()).toBe(200);
    const without = await bob.enter();
    const script = replaying(bob);
    const key = newKey();
    expect(await who(bob.withKey(key))).toBe("bob");
    // A page that was open before the update is cut off, and cannot come back without the key.
    expect(await without.closed).toBe(closeCodes.restarting);
    expect([await script.status(), await replaying(bob, newKey()).status(), await bob.status()]).toEqual([
      401, 401, 200,
    ]);
    await (await bob.enter()).ask("ping", {}, "pong");
  });

  test("is bound once by all tabs that come at once, which share the key; of two keys one gets it", async () => {
    makeLegacy();
    const answers = await Promise.all(Array.from({ length: 8 }, () => who(alice)));
    expect(answers).toEqual(Array(8).fill("alice"));
    makeLegacy();
    const others = Array.from({ length: 6 }, () => replaying(alice, newKey()));
    const found = await Promise.all(others.map(who));
    expect(found.filter((name) => name === "alice")).toHaveLength(1);
  });
});

describe("a session of somebody else that is bound to no key, and still in the browser", () => {
  for (const [which, kept] of [
    ["from before there were keys", null],
    ["that began without one", ""],
  ])
    test(`${which}, ends where one signs in over it`, async () => {
      const bob = await new Person(server, "bob").register();
      server.db.run(sql`update sessions set key_hash = ${kept}`);
      const script = replaying(alice);
      expect(await script.status()).toBe(200);
      plant(alice, bob);
      expect((await bob.withKey().signIn()).status).toBe(200);
      expect([await who(bob), await script.status()]).toEqual(["bob", 401]);
    });
});

describe("a browser that has lost what it kept, and not its cookies", () => {
  test("is asked to log in, and its former session of the same person ends with that", async () => {
    alice.withKey();
    expect(await who(alice)).toBeNull();
    expect((await alice.signIn()).status).toBe(200);
    expect(await who(alice)).toBe("alice");
    expect(await alice.get("/api/account/sessions")).toHaveLength(1);
  });
});

test("what cannot be a key is refused, and begins no session", async () => {
  const before = contents();
  for (const key of [
    "",
    "A",
    "A".repeat(42),
    "A".repeat(44),
    `${"A".repeat(42)}=`,
    "A".repeat(43).concat(", b"),
    "é",
  ]) {
    const wrong = new Person(server, "alice");
    const response = await wrong.fetch(
      "POST",
      "/api/session",
      { name: "alice", password },
      { [keyHeader]: key },
    );
    expect([key, response.status, (await response.json()).error.field]).toEqual([key, 400, keyHeader]);
    expect((await alice.fetch("GET", "/api/account", undefined, { [keyHeader]: key })).status).toBe(400);
  }
  const lastSignIn = ({ users, ...rest }: ReturnType<typeof contentsOf>) => ({
    ...rest,
    users: users?.length,
  });
  expect(lastSignIn(contents())).toEqual(lastSignIn(before));
});
