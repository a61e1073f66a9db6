import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { absoluteMs, idleMs, sessions } from "../../../server/auth/sessions.ts";
import { countMax } from "../../../server/auth/surplus-sessions.ts";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { enrol } from "../../support/authenticator.ts";
import { outcome, outcomeOf } from "../../support/outcome.ts";
import { Person, password, sending } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const day = 24 * 60 * 60_000;
const { server, time, alice, contents } = stage({ clock: true, people: ["alice"] });

const tokenOf = (person: Person) => /__Host-session=([^;]*)/.exec(person.cookies)![1]!;

describe("a session's token", () => {
  test("ASVS 7.2.2 7.2.3 is 256 random bits, never the same", async () => {
    const issued = sessions(server.store.sessions, { asksMoreOf: () => false }, time, (error) =>
      server.bugs.push(error),
    );
    const tokens = new Set<string>();
    for (let at = 0; at < 2000; at++)
      tokens.add((await issued.start(1, { device: "a test", address: "" }, 1)).token);
    expect(tokens.size).toBe(2000);
    for (const token of tokens) expect(Buffer.from(token, "base64url")).toHaveLength(32);
  });

  test("ASVS 7.2.1 is nowhere in the database, only its hash", async () => {
    const token = tokenOf(alice);
    expect(token).toHaveLength(43);
    const rows = JSON.stringify(contents(), (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("base64url") : value,
    );
    expect(rows).not.toContain(token);
    expect(rows).toContain(createHash("sha256").update(token).digest("base64url"));
  });

  test("ASVS 7.2.1 opens nothing when a single character of it is another", async () => {
    const token = tokenOf(alice);
    const flip = (at: number) => {
      const other = token[at] === "A" ? "B" : "A";
      return token.slice(0, at) + other + token.slice(at + 1);
    };
    const hash = createHash("sha256").update(token).digest("base64url");
    const forged = [
      ...Array.from(token, (_, at) => flip(at)),
      ...[
        hash,
        "",
        "A".repeat(43),
        "A".repeat(8000),
        `${token}A`,
        token.slice(1),
        `${token}%00`,
        "../../x",
        "💥",
      ],
    ];
    for (const value of forged) {
      const cookie = `__Host-session=${encodeURIComponent(value)}`;
      const response = await alice.fetch("GET", "/api/account", undefined, { cookie });
      expect([value, response.status]).toEqual([value, 401]);
    }
    for (const cookie of [
      `session=${token}`,
      `__host-session=${token}`,
      `__Secure-session=${token}`,
      token,
    ]) {
      expect((await alice.fetch("GET", "/api/account", undefined, { cookie })).status).toBe(401);
    }
    expect(await alice.status()).toBe(200);
  });
});

describe("ASVS 7.3.1 a session ends after a week without use", () => {
  test("for requests", async () => {
    time.leap(idleMs - 1);
    expect(await alice.status()).toBe(200);
    time.leap(idleMs - 1);
    expect(await alice.status()).toBe(200);
    time.leap(idleMs);
    expect(await alice.status()).toBe(401);
    expect(await alice.get("/api/session")).toMatchObject({ user: null });
  });

  test("for an open socket, which nobody uses by leaving it open", async () => {
    const socket = await alice.enter();
    time.advance(30 * 60_000);
    await socket.ask("ping", {}, "pong");
    time.leap(idleMs - 30 * 60_000 - 1000);
    await socket.ask("ping", {}, "pong");
    time.advance(1000);
    expect(await socket.closed).toBe(closeCodes.sessionExpired);
    expect(await alice.status()).toBe(401);
  });

  test("at the latest when a command comes, which is then not done", async () => {
    const socket = await alice.enter();
    const store = server.store.sessions;
    time.leap(idleMs - 1);
    store.touch = () => Promise.reject(new Error("An ended session was touched"));
    time.advance(1);
    socket.send("message.send", sending("late"));
    expect(await socket.closed).toBe(closeCodes.sessionExpired);
    expect(contents().chat_messages).toEqual([]);
  });

  test("using it over a socket is use, for all sockets and requests of it", async () => {
    const [used, idle] = [await alice.enter(), await alice.enter()];
    for (let week = 0; week < 4; week++) {
      time.leap(idleMs - day);
      await used.say(`week ${week}`);
    }
    await idle.ask("ping", {}, "pong");
    expect(await alice.status()).toBe(200);
  });

  test("one of another session is not", async () => {
    const elsewhere = await new Person(server, "alice").logIn();
    const [here, there] = [await alice.enter(), await elsewhere.enter()];
    time.leap(idleMs - day);
    await here.say("still here");
    time.leap(day);
    expect(await there.closed).toBe(closeCodes.sessionExpired);
    await here.ask("ping", {}, "pong");
  });
});

test("ASVS 7.3.2 a session ends after thirty days, however much it is used", async () => {
  const socket = await alice.enter();
  for (let passed = 0; passed < absoluteMs - 5 * day; passed += 5 * day) {
    time.leap(5 * day);
    await socket.say("here");
    expect(await alice.status()).toBe(200);
  }
  time.leap(5 * day - 1000);
  await socket.say("just in time");
  time.advance(1000);
  expect(await socket.closed).toBe(closeCodes.sessionExpired);
  expect(await alice.status()).toBe(401);
});

test("sessions that ended by the clock are removed, others stay", async () => {
  await new Person(server, "alice").signIn();
  time.leap(idleMs - 1);
  expect(await alice.status()).toBe(200);
  time.leap(60 * 60_000);
  expect(await alice.status()).toBe(200);
  expect(contents().sessions).toHaveLength(1);
});

test("that a session was seen is noted at most every ten minutes", async () => {
  let notes = 0;
  const { touch } = server.store.sessions;
  server.store.sessions.touch = (id, at) => {
    notes++;
    return touch(id, at);
  };
  const socket = await alice.enter();
  for (let minute = 0; minute < 60; minute++) {
    time.advance(60_000);
    await alice.status();
    await socket.ask("history.read", { conversation: "group" }, "history.page");
  }
  expect(notes).toBe(6);
});

test("ASVS 2.3.3 an account comes with its first session, or not at all", async () => {
  const before = contents();
  server.db.$client.run(
    "create trigger no_session before insert on sessions begin select raise(abort, 'no session today'); end",
  );
  expect(await outcomeOf(new Person(server, "bob").register())).toThrow("could not register");
  expect(server.bugs.splice(0)).toHaveLength(1);
  expect(contents()).toEqual(before);
  server.db.$client.run("drop trigger no_session");
  await new Person(server, "carl").register();
});

test("ASVS 7.1.2 the sessions of an account are bounded; those that wait for a second factor push out none that are open", async () => {
  const first = alice;
  const socket = await first.enter();
  const last = new Person(server, "alice");
  for (let at = 0; at < countMax; at++) {
    time.advance(1000);
    expect((await last.signIn()).status).toBe(200);
    // Another browser: it does not end what it had.
    last.bring("__Host-session=");
  }
  expect(await socket.closed).toBe(closeCodes.signedOut);
  expect((await first.fetch("GET", "/api/account")).status).toBe(401);
  expect(await server.store.sessions.of(1)).toHaveLength(countMax);

  await last.signIn();
  await enrol(last, time.now);
  for (let at = 0; at < countMax + 3; at++) {
    time.advance(1000);
    expect((await new Person(server, "alice").signIn()).status).toBe(200);
  }
  expect((await last.fetch("GET", "/api/account")).status).toBe(200);
  expect(await server.store.sessions.of(1)).toHaveLength(countMax + 1);
});

test("who logs in is not among those with too many, also where the clock was set back meanwhile", async () => {
  for (let at = 1; at < countMax; at++) await new Person(server, "alice").signIn();
  time.advance(-60_000);
  const late = await new Person(server, "alice").logIn();
  expect((await late.fetch("GET", "/api/account")).status).toBe(200);

  // Of all others, which began at the same moment, any may be the one that was too many.
  await enrol(late, time.now);
  for (let at = 0; at < countMax; at++) await new Person(server, "alice").signIn();
  time.advance(-60_000);
  const waiting = await new Person(server, "alice").logIn();
  const { stage } = await waiting.get("/api/session");
  expect(stage).toBe("second factor");
  expect(await server.store.sessions.of(1)).toHaveLength(countMax + 1);
});

const minute = 60_000;

const isFresh = async () => (await alice.get("/api/account")).isFresh;

describe("a clock that was set back", () => {
  test("ASVS 7.5.3 makes no proof fresh for longer, and proving anew does", async () => {
    time.leap(-60 * minute);
    expect(await isFresh()).toBe(false);
    expect(await outcome(alice.fetch("POST", "/api/account/code", {}))).toEqual([403, "proof_needed"]);
    time.advance(30 * minute);
    expect(await isFresh()).toBe(false);
    expect((await alice.fetch("POST", "/api/proof", { password })).status).toBe(200);
    expect(await isFresh()).toBe(true);
  });

  test("ASVS 7.3.2 ends a session that waits for its second factor, and no other", async () => {
    await enrol(alice, time.now);
    const half = await new Person(server, "alice").logIn();
    time.leap(-60 * minute);
    expect(await outcome(half.fetch("POST", "/api/session/code", { code: "123456" }))).toEqual([
      401,
      "not_signed_in",
    ]);
    expect((await alice.fetch("GET", "/api/account")).status).toBe(200);
  });

  test("by no more than a minute, as the clocks of nodes differ, changes nothing", async () => {
    await enrol(alice, time.now);
    const half = await new Person(server, "alice").logIn();
    const stage = async () => (await half.get("/api/session")).stage;
    time.leap(-minute);
    expect([await isFresh(), await stage()]).toEqual([true, "second factor"]);
    time.leap(-1);
    expect([await isFresh(), await stage()]).toEqual([false, undefined]);
  });
});
