import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { absoluteMs, idleMs, sessions } from "../../../server/auth/sessions.ts";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { Person, sending } from "../../support/person.ts";
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
    const remotePresence = await new Person(server, "alice").logIn();
    const [here, there] = [await alice.enter(), await remotePresence.enter()];
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
