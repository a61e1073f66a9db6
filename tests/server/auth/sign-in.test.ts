import { describe, expect, test } from "bun:test";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { Person, password } from "../../support/person.ts";
import { post } from "../../support/raw.ts";
import { stage } from "../../support/stage.ts";

const { server, time, Alice: alice, contents } = stage({ clock: true, people: ["Alice"] });

const account = (person: Person, cookie?: string) =>
  person.fetch("GET", "/api/account", undefined, cookie === undefined ? {} : { cookie });

describe("signing in", () => {
  test("takes the name without regard to case, and answers it as it was registered", async () => {
    const phone = new Person(server, "aLICE");
    const response = await phone.signIn();
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        user: { id: 1, name: "Alice", role: "member" },
        stage: "open",
        settings: { name: "Secure Chat", welcome: "", registration: "open" },
        providers: [],
      },
    ]);
  });

  test("knows a password in whichever form a keyboard writes it, at every place where it is asked for", async () => {
    const [nfc, nfd, wide] = ["caf\u00e9 au lait 7", "cafe\u0301 au lait 7", "cafe\u0301 au lait \uff17"];
    const person = new Person(server, "chloe");
    const made = await person.fetch("POST", "/api/account", { name: "chloe", password: nfd });
    expect(made.status).toBe(201);
    for (const form of [nfc, nfd, wide]) {
      expect((await person.signIn(form)).status).toBe(200);
      expect((await person.fetch("POST", "/api/proof", { password: form })).status).toBe(200);
    }
    const full = { name: "\uff43hloe", password: nfc };
    expect((await person.fetch("POST", "/api/session", full)).status).toBe(200);
    const change = { current: wide, password: `${nfd}!` };
    expect((await person.fetch("PUT", "/api/account/password", change)).status).toBe(204);
    expect([(await person.signIn(nfc)).status, (await person.signIn(`${nfc}!`)).status]).toEqual([401, 200]);
  });

  test("ASVS 7.2.4 begins a new session, and ends the one the browser had, with its sockets", async () => {
    const former = alice.cookies;
    const socket = await alice.enter();
    expect((await alice.signIn()).status).toBe(200);
    expect(alice.cookies).not.toBe(former);
    expect(await socket.closed).toBe(closeCodes.signedOut);
    expect((await account(alice, former)).status).toBe(401);
    expect((await account(alice)).status).toBe(200);
    expect(contents().sessions).toHaveLength(1);
  });

  test("ASVS 7.2.4 takes no session a browser was given by someone else", async () => {
    const planted = `__Host-session=${"A".repeat(43)}`;
    const victim = new Person(server, "Alice");
    await victim.fetch("POST", "/api/session", { name: "Alice", password }, { cookie: planted });
    expect((await account(victim, planted)).status).toBe(401);
    expect((await account(victim)).status).toBe(200);
  });

  test("as someone else in the same browser ends the first one's session", async () => {
    await new Person(server, "bob").register();
    const former = alice.cookies;
    await alice.fetch("POST", "/api/session", { name: "bob", password });
    expect(await (await account(alice)).json()).toMatchObject({ name: "bob" });
    expect((await account(alice, former)).status).toBe(401);
  });

  test("works on several devices at once, each with a session of its own", async () => {
    const devices = Array.from({ length: 5 }, () => new Person(server, "Alice"));
    for (const device of devices) await device.signIn();
    expect(new Set(devices.map(({ cookies }) => cookies)).size).toBe(5);
    const sockets = await Promise.all(devices.map((device) => device.enter()));
    await devices[0]!.fetch("DELETE", "/api/session");
    expect(await sockets[0]!.closed).toBe(closeCodes.signedOut);
    for (const socket of sockets.slice(1)) await socket.ask("ping", {}, "pong");
    for (const device of [alice, ...devices.slice(1)]) expect((await account(device)).status).toBe(200);
  });

  test("notes when; the account panel shows it", async () => {
    const registered = time.now();
    time.leap(60_000);
    expect(await (await account(alice)).json()).toEqual({
      id: 1,
      name: "Alice",
      role: "member",
      createdAt: registered,
      lastSignInAt: registered,
      hasPassword: true,
      hasCode: false,
      hasPasskey: false,
      hasRecovery: false,
      provesInTwoSteps: false,
      isFresh: true,
    });
    await new Person(server, "Alice").signIn();
    expect(await (await account(alice)).json()).toMatchObject({ lastSignInAt: time.now() });
  });

  test("ASVS 6.2.10 is possible with the same password after five years", async () => {
    time.leap(5 * 365 * 24 * 60 * 60_000);
    expect((await account(alice)).status).toBe(401);
    expect((await alice.signIn()).status).toBe(200);
  });
});

describe("ASVS 6.3.8 an unknown name and a wrong password are answered alike", () => {
  const attempt = (name: string, given: string) =>
    post(server, "/api/session", { name, password: given }, { from: "127.0.0.2" });
  const said = ({ status, headers, body }: Awaited<ReturnType<typeof attempt>>) => {
    const { date: _, ...rest } = headers.toJSON() as Record<string, string>;
    return { status, headers: rest, body };
  };

  test("in status, headers and body", async () => {
    const wrong = said(await attempt("Alice", "a wrong password"));
    expect([wrong.status, JSON.parse(wrong.body).error]).toEqual([
      401,
      { code: "wrong_credentials", message: "That username and password do not match." },
    ]);
    const names = ["bob", "al", "a".repeat(64), "", "<b>", "аlice", "Alice ", "alice\0", "x' or 1=1 --"];
    for (const name of names) expect(said(await attempt(name, "a wrong password"))).toEqual(wrong);
    expect(said(await attempt("Alice", "x"))).toEqual(wrong);
  });

  test("also when there were too many", async () => {
    const codes = async (name: string) => {
      const answers = [];
      for (let guess = 0; guess < 12; guess++) answers.push(said(await attempt(name, "a wrong password")));
      return answers;
    };
    expect(await codes("nobody")).toEqual(await codes("alice"));
  });

  test("ASVS 6.4.2 and nothing hints at the password", async () => {
    const { body } = await attempt("Alice", password.toUpperCase());
    expect(Object.keys(JSON.parse(body).error)).toEqual(["code", "message"]);
  });
});

test("a wrong password changes nothing but the audit log, and ends no session", async () => {
  const { audit: logged, sqlite_sequence: _, ...before } = contents();
  const response = await alice.signIn("a wrong password");
  expect(response.headers.getSetCookie()).toEqual([]);
  expect((await account(alice)).status).toBe(200);
  const { audit, sqlite_sequence: __, ...after } = contents();
  expect(after).toEqual(before);
  expect(audit).toHaveLength(logged!.length + 1);
  expect(audit!.at(-1)).toMatchObject({ event: "session.refused", actor_id: null, subject_id: 1 });
});
