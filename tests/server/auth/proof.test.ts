import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { freshMs } from "../../../server/auth/sessions.ts";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { enrol } from "../../support/authenticator.ts";
import { outcome } from "../../support/outcome.ts";
import { Person, password } from "../../support/person.ts";
import { routeList } from "../../support/route-rows.ts";
import { stage } from "../../support/stage.ts";

const { server, time, alice, contents } = stage({ clock: true, people: ["alice"] });

const prove = (person: Person, proof: object) => person.fetch("POST", "/api/proof", proof);
const isFresh = async (person: Person) => (await person.get("/api/account")).isFresh as boolean;
const refused = async () =>
  (await server.store.audit.page({ events: ["session.refused"] }, null, 100)).map(({ detail }) => detail.way);

describe("a fresh proof", () => {
  test("ASVS 7.5.1 is asked for by every route that says so, ten minutes after the last; then nothing is changed without it", async () => {
    server.db.run(sql`update users set role = 'owner'`);
    time.advance(freshMs);
    expect(await isFresh(alice)).toBe(false);
    const before = contents();
    const asking: string[] = [];
    for (const { method, path, fresh } of routeList) {
      if (!fresh) continue;
      const asked = alice.fetch(method, path.replace(/:\w+/g, "1"), method === "GET" ? undefined : {});
      expect([method, path, ...(await outcome(asked))]).toEqual([method, path, 403, "proof_needed"]);
      asking.push(`${method} ${path}`);
    }
    expect(contents()).toEqual(before);
    // ASVS 7.5.3: what cannot be undone, and what says who gets in, is among them.
    const least = [
      "DELETE /api/account",
      "POST /api/account/code",
      "DELETE /api/account/code",
      "PUT /api/settings",
    ];
    expect(asking).toEqual(expect.arrayContaining(least));
  });

  test("is there right after signing in, and for ten minutes", async () => {
    expect(await isFresh(alice)).toBe(true);
    time.advance(freshMs - 1);
    expect(await isFresh(alice)).toBe(true);
    time.advance(1);
    expect(await isFresh(alice)).toBe(false);
    expect(await outcome(alice.fetch("POST", "/api/account/code", {}))).toEqual([403, "proof_needed"]);
  });

  test("ASVS 7.2.4 is given by the password, with a new token; the former one is worth nothing, and its sockets come back", async () => {
    time.advance(freshMs);
    const former = alice.cookies;
    const socket = await alice.enter();
    const answer = await prove(alice, { password });
    expect([answer.status, (await answer.json()).stage]).toEqual([200, "open"]);
    expect(alice.cookies).not.toBe(former);
    expect(await socket.closed).toBe(closeCodes.restarting);
    const old = alice.fetch("GET", "/api/account", undefined, { cookie: former });
    expect(await outcome(old)).toEqual([401, "not_signed_in"]);
    expect(await isFresh(alice)).toBe(true);
    await alice.enter();
    const proven = await server.store.audit.page({ events: ["session.proven"] }, null, 10);
    expect(proven.map(({ actorId, detail }) => [actorId, detail.way])).toEqual([[1, "password"]]);
  });

  test("ASVS 6.3.3 takes no less than signing in: in an account with an app, the password and a code, which is used up", async () => {
    const { app, recoveryCodes } = await enrol(alice, time.now);
    time.advance(freshMs);
    const code = app.at(time.now());
    expect(await outcome(prove(alice, { password }))).toEqual([403, "wrong_code"]);
    expect(await outcome(prove(alice, { code }))).toEqual([403, "wrong_password"]);
    expect(await outcome(prove(alice, { password: "another", code }))).toEqual([403, "wrong_password"]);
    expect(await isFresh(alice)).toBe(false);
    for (const [method, path] of [
      ["DELETE", "/api/account/code"],
      ["POST", "/api/account/recovery-codes"],
      ["DELETE", "/api/account"],
    ] as const)
      expect(await outcome(alice.fetch(method, path, {}))).toEqual([403, "proof_needed"]);
    // What the wrong tries came with is not used up.
    expect((await prove(alice, { password, code })).status).toBe(200);
    expect(await isFresh(alice)).toBe(true);
    time.advance(freshMs);
    expect(await outcome(prove(alice, { password, code }))).toEqual([403, "wrong_code"]);
    expect(await outcome(prove(alice, { password, code: "0000-0000" }))).toEqual([403, "wrong_code"]);
    expect((await prove(alice, { password, code: recoveryCodes[0]! })).status).toBe(200);
    expect(await isFresh(alice)).toBe(true);
    // Two factors were proven in this session, and still are.
    expect((await alice.get("/api/session")).stage).toBe("open");
  });

  test("ASVS 7.5.1 is asked for by a new password as well in an account with a second step, and by nothing else it is set", async () => {
    const change = (person: Person, current = password) =>
      person.fetch("PUT", "/api/account/password", { current, password: "another horse battery" });
    const bob = await new Person(server, "bob").register();
    const { app } = await enrol(alice, time.now);
    time.advance(freshMs);
    expect(await outcome(change(alice))).toEqual([403, "proof_needed"]);
    await prove(alice, { password, code: app.at(time.now()) });
    expect((await change(alice)).status).toBe(204);
    // Where the password is all there is, the current one is proof enough.
    expect((await change(bob)).status).toBe(204);
  });

  test("comes from a code alone where the account has no password", async () => {
    const { app } = await enrol(alice, time.now);
    server.db.run(sql`update users set password_hash = null where name = 'alice'`);
    time.advance(freshMs);
    expect(await outcome(prove(alice, { password }))).toEqual([403, "wrong_code"]);
    expect((await prove(alice, { code: app.at(time.now()) })).status).toBe(200);
  });

  test("does not come from anything wrong, which is written down", async () => {
    time.advance(freshMs);
    const { cookies } = alice;
    expect(await outcome(prove(alice, { password: "another" }))).toEqual([403, "wrong_password"]);
    expect(await outcome(prove(alice, { code: "123456" }))).toEqual([403, "wrong_password"]);
    expect(await outcome(prove(alice, { password, code: "123456" }))).toEqual([403, "wrong_code"]);
    for (const body of [{}, { code: "123456", token: "x" }, { password, extra: 1 }, { code: 123456 }])
      expect(await outcome(prove(alice, body))).toEqual([400, "invalid"]);
    expect(await outcome(prove(new Person(server, "alice"), { password }))).toEqual([401, "not_signed_in"]);
    expect([alice.cookies, await isFresh(alice)]).toEqual([cookies, false]);
    expect(await refused()).toEqual(["code", "password"]);
  });

  test("ASVS 6.3.1 is bounded in its wrong tries, and the right one costs nothing", async () => {
    const statuses = new Map<number, number>();
    for (let each = 0; each < 60; each++) {
      const { status } = await prove(alice, { password: `wrong ${each}` });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    // Ten of who is known by a session, and ten more of who comes from one address.
    expect([...statuses]).toEqual([
      [403, 20],
      [429, 40],
    ]);
    time.advance(60_000);
    for (let each = 0; each < 20; each++) expect((await prove(alice, { password })).status).toBe(200);
  });
});
