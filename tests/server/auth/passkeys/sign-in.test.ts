import { beforeEach, describe, expect, test } from "bun:test";
import { outcome } from "../../../support/outcome.ts";
import { addPasskey, type Deviation, questionFor, usePasskey } from "../../../support/passkey-device.ts";
import { Person } from "../../../support/person.ts";
import { startServer } from "../../../support/server.ts";
import { ground, minute, passkeysOf, remove, tooLate, wrong } from "./ground.ts";

const { server, time, alice, phone, visitor, audited } = ground();

describe("signing in with a passkey", () => {
  beforeEach(async () => {
    expect((await addPasskey(alice, phone)).status).toBe(201);
  });

  test("ASVS 6.3.4 opens the account it belongs to, with both factors, and no name is typed", async () => {
    const there = visitor();
    const { options } = await questionFor(there, "passkeys/question");
    expect(options).toMatchObject({ rpId: "localhost", userVerification: "required" });
    expect(options).not.toHaveProperty("allowCredentials.0");
    const signedIn = await usePasskey(there, phone);
    expect([signedIn.status, await signedIn.json()]).toMatchObject([
      200,
      { user: { name: "alice" }, stage: "open" },
    ]);
    expect(await server.store.sessions.of(1)).toMatchObject([{ factors: 2 }, { factors: 2 }]);
    const [began] = await audited("session.began");
    expect(began).toMatchObject({ actorId: 1, detail: { way: "passkey", factors: 2 } });
    expect(await passkeysOf(there)).toMatchObject([{ name: "Phone", lastUsedAt: time.now() }]);
    await there.enter();
  });

  test("ASVS 7.2.4 begins a session of its own, and ends the one the browser had", async () => {
    const former = alice.cookies;
    expect((await usePasskey(alice, phone)).status).toBe(200);
    expect([await alice.status(), await alice.status(former)]).toEqual([200, 401]);
  });

  test("ASVS 6.7.2 each question is asked with 256 bits of its own, and an answer to it counts once", async () => {
    const there = visitor();
    const questions = await Promise.all(
      Array.from({ length: 20 }, () => questionFor(there, "passkeys/question")),
    );
    const challenges = questions.map(({ options }) => Buffer.from(options.challenge, "base64url"));
    expect(challenges.map(({ length }) => length)).toEqual(Array(20).fill(32));
    expect(new Set(challenges.map(String)).size).toBe(20);

    const { ticket, options } = questions[0]!;
    const answer = { ticket, response: phone.get(options) };
    expect((await there.fetch("POST", "/api/session/passkey", answer)).status).toBe(200);
    expect(await outcome(visitor().fetch("POST", "/api/session/passkey", answer))).toEqual(tooLate);
    // The answer to one question is none to another.
    const other = { ticket: questions[1]!.ticket, response: phone.get(options) };
    expect(await outcome(visitor().fetch("POST", "/api/session/passkey", other))).toEqual(wrong);
  });

  test("ASVS 2.3.4 of several answers to one question at the same moment one counts", async () => {
    const { ticket, options } = await questionFor(visitor(), "passkeys/question");
    const answers = Array.from({ length: 8 }, () => ({ ticket, response: phone.get(options) }));
    const outcomes = await Promise.all(
      answers.map((answer) => outcome(visitor().fetch("POST", "/api/session/passkey", answer))),
    );
    expect(outcomes.map(([status]) => status).toSorted()).toEqual([200, ...Array(7).fill(403)]);
  });

  test("a question is open for five minutes", async () => {
    for (const [waited, expected] of [
      [5 * minute - 1, [200, undefined]],
      [5 * minute, tooLate],
    ] as const) {
      const there = visitor();
      const { ticket, options } = await questionFor(there, "passkeys/question");
      time.advance(waited);
      const answer = { ticket, response: phone.get(options) };
      expect(await outcome(there.fetch("POST", "/api/session/passkey", answer))).toEqual([...expected]);
    }
  });

  test.each<[string, () => Deviation]>([
    ["from another website", () => ({ origin: "https://evil.example" })],
    ["from another port of this host", () => ({ origin: "https://localhost:1" })],
    ["for another host name", () => ({ rpId: "evil.example" })],
    ["without verification of the user", () => ({ unverified: true })],
    ["with a signature of something else", () => ({ spoilSignature: true })],
    ["to a question nobody asked", () => ({ challenge: Buffer.alloc(32).toString("base64url") })],
    ["by a passkey nobody has", () => ({ id: Buffer.alloc(32, 1).toString("base64url") })],
    ["that does not say whose it is", () => ({ userHandle: null })],
    ["that says it is somebody else's", () => ({ userHandle: Buffer.alloc(32).toString("base64url") })],
  ])("ASVS 6.3.4 an answer %s opens nothing, and is written down", async (_, deviation) => {
    const there = visitor();
    expect(await outcome(usePasskey(there, phone, "session", deviation()))).toEqual(wrong);
    expect(there.cookies).toBe("");
    const [refused] = await audited("session.refused");
    expect(refused).toMatchObject({ actorId: null, detail: { way: "passkey" } });
    expect((await usePasskey(there, phone)).status).toBe(200);
  });

  test("ASVS 6.5.6 a passkey that was removed opens nothing from that moment on", async () => {
    const there = visitor();
    const { ticket, options } = await questionFor(there, "passkeys/question");
    const answer = { ticket, response: phone.get(options) };
    const [own] = await passkeysOf(alice);
    expect((await remove(alice, own!.id)).status).toBe(204);
    expect(await outcome(there.fetch("POST", "/api/session/passkey", answer))).toEqual(wrong);
    expect(await outcome(usePasskey(there, phone))).toEqual(wrong);
    expect(await outcome(usePasskey(alice, phone, "proof"))).toEqual(wrong);
  });

  test("who is suspended is not let in by a passkey either", async () => {
    const entry = { at: 0, event: "person.suspended", actorId: null, subjectId: 1 } as const;
    await server.store.users.setStatus(1, "suspended", "a reason", { ...entry, address: null, detail: {} });
    const [status, code] = await outcome(usePasskey(visitor(), phone));
    expect([status, code]).toEqual([403, "account_barred"]);
    expect((await server.store.audit.page({}, null, 1))[0]).toMatchObject({
      event: "session.refused",
      subjectId: 1,
      address: "127.0.0.1",
      detail: { way: "passkey", status: "suspended" },
    });
  });

  test("questions and answers of one address are bounded", async () => {
    const there = visitor();
    let last = await there.fetch("POST", "/api/passkeys/question", {});
    for (let asked = 0; asked < 100 && last.status === 200; asked++)
      last = await there.fetch("POST", "/api/passkeys/question", {});
    expect(await outcome(Promise.resolve(last))).toEqual([429, "rate_limited"]);
  });
});

test("at a bare address there are none, and the refusal says what to do", async () => {
  const bare = await startServer({ store: server.store, system: time, host: "127.0.0.1" });
  const there = new Person(bare, "alice");
  const asked = await there.fetch("POST", "/api/passkeys/question", {});
  const { error } = await asked.json();
  expect([asked.status, error.code]).toEqual([409, "passkeys_need_name"]);
  expect(error.message).toMatch(/name/);
});

describe("signing in with a passkey", () => {
  beforeEach(async () => {
    expect((await addPasskey(alice, phone)).status).toBe(201);
  });

  test("a copy of the passkey is noticed by its counter, which never goes back", async () => {
    expect((await usePasskey(visitor(), phone, "session", { counter: 7 })).status).toBe(200);
    for (const counter of [7, 6, 0])
      expect(await outcome(usePasskey(visitor(), phone, "session", { counter }))).toEqual(wrong);
    const refused = await audited("session.refused");
    expect(refused.map(({ subjectId }) => subjectId)).toEqual([1, 1, 1]);
    expect((await usePasskey(visitor(), phone, "session", { counter: 8 })).status).toBe(200);
  });

  test("two copies that answer at the same moment with one counter are not both let in", async () => {
    const answers = await Promise.all(
      [1, 2, 3].map(async () => {
        const { ticket, options } = await questionFor(visitor(), "passkeys/question");
        return { ticket, response: phone.get(options, { counter: 9 }) };
      }),
    );
    const outcomes = await Promise.all(
      answers.map((answer) => outcome(visitor().fetch("POST", "/api/session/passkey", answer))),
    );
    expect(outcomes.map(([status]) => status).toSorted()).toEqual([200, 403, 403]);
  });

  test("an authenticator that does not count stays welcome", async () => {
    for (const counter of [0, 0])
      expect((await usePasskey(visitor(), phone, "session", { counter })).status).toBe(200);
  });
});
