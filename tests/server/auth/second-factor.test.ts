import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import type { CodeOffer } from "../../../server/protocol/second-factor.ts";
import { watchMs } from "../../../server/realtime/watch.ts";
import { Authenticator, enrol, give } from "../../support/authenticator.ts";
import { outcome, outcomeOf } from "../../support/outcome.ts";
import { Person, password } from "../../support/person.ts";
import { routeList } from "../../support/route-rows.ts";
import { stage } from "../../support/stage.ts";

const minute = 60_000;
const step = 30_000;

const { server, time, alice, contents, audited } = stage({ clock: true, people: ["alice"] });

/** Alice at another device, where her password was taken. */
async function atAnother(): Promise<Person> {
  const other = await new Person(server, "alice").logIn();
  return other;
}

describe("setting up an authenticator app", () => {
  test("ASVS 6.5.4 secrets are of the system's strong source, and neither they nor recovery codes are in the database", async () => {
    const asked: number[] = [];
    const { random } = time;
    time.random = (bytes) => {
      asked.push(bytes);
      return random(bytes);
    };
    const { secret, recoveryCodes } = await enrol(alice, time.now);
    expect(asked.filter((bytes) => bytes === 20)).toEqual([20]);
    expect(asked.filter((bytes) => bytes === 15)).toHaveLength(10);
    const stored = JSON.stringify(contents(), (_, value) =>
      value instanceof Uint8Array
        ? `${Buffer.from(value).toString("latin1")} ${Buffer.from(value).toString("base64url")}`
        : value,
    );
    for (const each of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll("-", ""))])
      expect(stored).not.toContain(each);
    expect(contents().recovery_codes).toHaveLength(10);
    expect(contents().tickets).toEqual([]);
  });

  test("counts for nothing until a code of the app confirms it, in time, by whom it was offered to, and once", async () => {
    const bob = await new Person(server, "bob").register();
    const offer = async () =>
      (await (await alice.fetch("POST", "/api/account/code", {})).json()) as CodeOffer;
    const confirm = (person: Person, ticket: string, code: string) =>
      outcome(person.fetch("PUT", "/api/account/code", { ticket, code }));
    const first = await offer();
    expect((await (await (await atAnother()).fetch("GET", "/api/session")).json()).stage).toBe("open");
    const { ticket, secret } = await offer();
    const app = new Authenticator(secret);
    const code = () => app.at(time.now());
    expect(await confirm(alice, first.ticket, new Authenticator(first.secret).at(time.now()))).toEqual([
      403,
      "link_invalid",
    ]);
    expect(await confirm(bob, ticket, code())).toEqual([403, "link_invalid"]);
    expect(await confirm(alice, "A".repeat(43), code())).toEqual([403, "link_invalid"]);
    expect(await confirm(alice, ticket, app.at(time.now(), 5))).toEqual([403, "wrong_code"]);
    time.advance(30 * minute);
    expect(await confirm(alice, ticket, code())).toEqual([403, "link_invalid"]);
    expect(contents().totp).toEqual([]);

    await alice.signIn();
    const last = await offer();
    const right = new Authenticator(last.secret).at(time.now());
    const both = await Promise.all([1, 2].map(() => confirm(alice, last.ticket, right)));
    expect(both.filter(([status]) => status === 200)).toHaveLength(1);
    expect(contents().recovery_codes).toHaveLength(10);
  });

  test("ASVS 7.4.3 the other devices hear of it, and have to give a code themselves before they go on", async () => {
    const phone = await atAnother();
    const [desk, pocket] = [await alice.enter(), await phone.enter()];
    const { app } = await enrol(alice, time.now);
    time.advance(watchMs);
    expect(await pocket.closed).toBe(closeCodes.proofNeeded);
    expect(await pocket.event("account.notified")).toMatchObject({ what: "code.added" });
    expect(await desk.closed).toBe(closeCodes.restarting);
    expect((await alice.enter()).entered.me.name).toBe("alice");
    expect(await outcome(phone.fetch("GET", "/api/account"))).toEqual([403, "second_factor_needed"]);
    time.advance(step);
    expect((await give(phone, app.at(time.now()))).status).toBe(200);
    expect((await audited("code.added")).map(({ actorId }) => actorId)).toEqual([1]);
  });

  test("ASVS 6.5.6 another app in its place makes the former one, its recovery codes and all other devices worth nothing", async () => {
    const former = await enrol(alice, time.now);
    time.advance(step);
    const phone = await atAnother();
    await give(phone, former.app.at(time.now()));
    const pocket = await phone.enter();
    time.advance(step);
    const { app } = await enrol(alice, time.now);
    expect(await pocket.closed).toBe(closeCodes.signedOut);
    expect(await outcome(phone.fetch("GET", "/api/account"))).toEqual([401, "not_signed_in"]);
    time.advance(step);
    const again = await atAnother();
    expect(await outcome(give(again, former.app.at(time.now())))).toEqual([403, "wrong_code"]);
    expect(await outcome(give(again, former.recoveryCodes[0]!))).toEqual([403, "wrong_code"]);
    expect((await give(again, app.at(time.now()))).status).toBe(200);
  });

  test("ASVS 6.5.6 an app that was removed opens nothing and is needed for nothing; the other devices are logged out", async () => {
    const { app, recoveryCodes } = await enrol(alice, time.now);
    time.advance(step);
    const phone = await atAnother();
    await give(phone, app.at(time.now()));
    const [desk, pocket] = [await alice.enter(), await phone.enter()];
    expect((await alice.fetch("DELETE", "/api/account/code", {})).status).toBe(204);
    expect(await pocket.closed).toBe(closeCodes.signedOut);
    expect(pocket.events.at(-1)).toMatchObject({ type: "account.notified", what: "code.removed" });
    await desk.ask("ping", {}, "pong");
    const { totp, recovery_codes } = contents();
    expect([totp, recovery_codes]).toEqual([[], []]);
    time.advance(step);
    const again = await atAnother();
    await again.enter();
    for (const code of [app.at(time.now()), recoveryCodes[0]!])
      expect(await outcome(again.fetch("POST", "/api/proof", { password, code }))).toEqual([
        403,
        "wrong_code",
      ]);
    expect(await outcome(alice.fetch("DELETE", "/api/account/code", {}))).toEqual([404, "not_found"]);
    expect((await audited("code.removed")).map(({ actorId }) => actorId)).toEqual([1]);
  });

  test("new recovery codes take the place of all former ones, and there are none without an app", async () => {
    const renew = () => alice.fetch("POST", "/api/account/recovery-codes", {});
    expect(await outcome(renew())).toEqual([404, "not_found"]);
    const former = await enrol(alice, time.now);
    const desk = await alice.enter();
    const { recoveryCodes } = await (await renew()).json();
    expect(recoveryCodes).toHaveLength(10);
    await desk.event("account.notified", ({ what }) => what === "recovery.renewed");
    const phone = await atAnother();
    expect(await outcome(give(phone, former.recoveryCodes[0]!))).toEqual([403, "wrong_code"]);
    expect((await give(phone, recoveryCodes[0])).status).toBe(200);
    expect(await audited("recovery.renewed")).toHaveLength(1);
  });
});

describe("signing in to an account with an authenticator app", () => {
  test("ASVS 6.3.3 a password alone opens no route and no socket, whichever there are", async () => {
    await enrol(alice, time.now);
    const half = new Person(server, "alice");
    const answer = await (await half.signIn()).json();
    expect(answer).toMatchObject({ stage: "second factor", seconds: { code: true, passkey: false } });
    const before = contents();
    let refused = 0;
    for (const { method, path, access } of routeList) {
      if (access === "anyone" || access === "half signed in") continue;
      const asked = half.fetch(method, path.replace(":id", "1"), method === "GET" ? undefined : {});
      expect([method, path, ...(await outcome(asked))]).toEqual([method, path, 403, "second_factor_needed"]);
      refused++;
    }
    expect(refused).toBeGreaterThan(10);
    expect(await outcomeOf(half.connect())).toThrow("The socket closed");
    expect(contents()).toEqual(before);
  });

  test("ASVS 7.2.4 takes the code of the app, and then a new token opens everything and the former nothing", async () => {
    const { app } = await enrol(alice, time.now);
    time.advance(step);
    const phone = await atAnother();
    const former = phone.cookies;
    const answer = await give(phone, app.at(time.now()));
    expect([answer.status, (await answer.json()).stage]).toEqual([200, "open"]);
    expect((await phone.enter()).entered.me.name).toBe("alice");
    const [account] = await outcome(phone.fetch("GET", "/api/account", undefined, { cookie: former }));
    expect(account).toBe(401);
  });

  test("ASVS 2.3.1 there is no code before the password, and none after it is done", async () => {
    const { app } = await enrol(alice, time.now);
    time.advance(step);
    const code = app.at(time.now());
    expect(await outcome(give(new Person(server, "alice"), code))).toEqual([401, "not_signed_in"]);
    expect(await outcome(give(alice, code))).toEqual([403, "not_allowed"]);
    const bob = await new Person(server, "bob").register();
    expect(await outcome(give(bob, code))).toEqual([403, "not_allowed"]);
    // None of it has used the code up.
    expect((await give(await atAnother(), code)).status).toBe(200);
  });

  test("ASVS 6.5.1 a code is taken once: not again, not at the same time, and no earlier one after it", async () => {
    const { app } = await enrol(alice, time.now);
    // The code by which the app was set up is used up as well.
    expect(await outcome(give(await atAnother(), app.at(time.now())))).toEqual([403, "wrong_code"]);
    time.advance(10 * step);
    const phones = await Promise.all(Array.from({ length: 8 }, atAnother));
    const code = app.at(time.now());
    const answers = await Promise.all(phones.map((phone) => outcome(give(phone, code))));
    expect(answers.filter(([status]) => status === 200)).toHaveLength(1);
    expect(answers.filter(([, refusal]) => refusal === "wrong_code")).toHaveLength(7);
    const late = await atAnother();
    expect(await outcome(give(late, app.at(time.now(), -1)))).toEqual([403, "wrong_code"]);
    expect((await give(late, app.at(time.now(), 1))).status).toBe(200);
  });

  test("ASVS 6.5.8 only the server's clock counts: codes of other times are wrong until their time has come", async () => {
    const { app } = await enrol(alice, time.now);
    time.advance(10 * step);
    const phone = await atAnother();
    const code = app.at(time.now(), 3);
    for (const other of [code, app.at(time.now(), -2), app.at(time.now(), 2)])
      expect(await outcome(give(phone, other))).toEqual([403, "wrong_code"]);
    time.advance(2 * step);
    expect((await give(phone, code)).status).toBe(200);
  });

  test("the half of a sign-in that waits for its code does not wait for more than half an hour", async () => {
    const { app } = await enrol(alice, time.now);
    const phone = await atAnother();
    time.advance(30 * minute - 1);
    expect(await outcome(give(phone, "000000"))).toEqual([403, "wrong_code"]);
    time.advance(1);
    expect(await outcome(give(phone, app.at(time.now())))).toEqual([401, "not_signed_in"]);
  });

  test("ASVS 6.5.2 a recovery code opens once, however it is typed, is told and written down", async () => {
    const { recoveryCodes } = await enrol(alice, time.now);
    const desk = await alice.enter();
    const [code, other] = recoveryCodes as [string, string];
    const typed = ` ${code.toLowerCase().replaceAll("-", " ")}`;
    expect((await give(await atAnother(), typed)).status).toBe(200);
    expect(await outcome(give(await atAnother(), code))).toEqual([403, "wrong_code"]);
    expect((await desk.event("account.notified", ({ what }) => what === "recovery.used")).what).toBe(
      "recovery.used",
    );
    expect((await audited("recovery.used")).map(({ actorId, detail }) => [actorId, detail])).toEqual([
      [1, { left: 9 }],
    ]);
    expect((await give(await atAnother(), other)).status).toBe(200);
    const factors = await alice.get("/api/account/factors");
    expect(factors).toEqual({ code: { since: time.now() }, passkeys: 0, recoveryCodes: 8 });
  });

  test("a code of somebody else opens nothing", async () => {
    const bob = await new Person(server, "bob").register();
    await enrol(alice, time.now);
    const his = await enrol(bob, time.now);
    time.advance(step);
    const phone = await atAnother();
    expect(await outcome(give(phone, his.app.at(time.now())))).toEqual([403, "wrong_code"]);
    expect(await outcome(give(phone, his.recoveryCodes[0]!))).toEqual([403, "wrong_code"]);
  });

  test("a secret that was altered in the database is a bug of which we hear, and recovery codes still open", async () => {
    const { app, recoveryCodes } = await enrol(alice, time.now);
    server.db.run(sql`update totp set secret = substr(secret, 1, 30) || 'AAAA' || substr(secret, 35)`);
    time.advance(step);
    const phone = await atAnother();
    expect(await outcome(give(phone, app.at(time.now())))).toEqual([500, "internal"]);
    expect(server.bugs.splice(0).map(String)).toEqual([expect.stringContaining("altered")]);
    expect((await give(phone, recoveryCodes[0]!)).status).toBe(200);
  });
});
