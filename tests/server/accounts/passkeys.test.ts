import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createSign, KeyObject } from "node:crypto";
import { BasicConstraintsExtension, X509CertificateGenerator } from "@peculiar/x509";
import { sql } from "drizzle-orm";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import type { PasskeyInfo } from "../../../server/protocol/passkeys.ts";
import { enrol, outcome } from "../../support/authenticator.ts";
import { type Clock, clock } from "../../support/clock.ts";
import { contentsOf, database } from "../../support/database.ts";
import {
  addPasskey,
  type Cbor,
  type CborKey,
  type Deviation,
  PasskeyDevice,
  questionFor,
  usePasskey,
} from "../../support/passkey-device.ts";
import { Person, password } from "../../support/person.ts";
import { startServer, type TestServer } from "../../support/server.ts";

const minute = 60_000;
const wrong: [number, string] = [403, "wrong_passkey"];
const tooLate: [number, string] = [403, "link_invalid"];

let time: Clock;
let base: ReturnType<typeof database>;
let server: TestServer;
let alice: Person;
let phone: PasskeyDevice;
beforeEach(async () => {
  time = clock();
  base = database();
  server = await startServer({ store: base.store, system: time });
  alice = await new Person(server, "alice").register();
  phone = new PasskeyDevice(server.origin);
});
afterEach(async () => {
  await server.stop();
  expect(server.bugs).toEqual([]);
});

const passkeysOf = async (person: Person): Promise<PasskeyInfo[]> =>
  (await person.fetch("GET", "/api/account/passkeys")).json();
const remove = (person: Person, id: string) => person.fetch("DELETE", `/api/account/passkeys/${id}`, {});
const statusOf = async (person: Person, cookie = person.cookies) =>
  (await person.fetch("GET", "/api/account", undefined, { cookie })).status;
const audited = async (event: string) =>
  (await base.store.audit.page({}, null, 100)).filter((entry) => entry.event === event);
/** Alice asks, as the owner, who has a second factor already where they need one to do so. */
async function ask(secondFactor: "everyone") {
  base.db.run(sql`update users set role = 'owner' where id = 1`);
  const house = await (await alice.fetch("GET", "/api/house")).json();
  expect((await alice.fetch("PUT", "/api/house", { ...house, secondFactor })).status).toBe(204);
}

/** What a maker of authenticators would have its own sign with (https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements). */
async function attestationCertificate() {
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: "C=IT, O=Keys, OU=Authenticator Attestation, CN=Keys",
    notBefore: new Date(0),
    notAfter: new Date(Date.UTC(2100, 0)),
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    keys,
    extensions: [new BasicConstraintsExtension(false)],
  });
  return { certificate: Buffer.from(certificate.rawData), key: KeyObject.from(keys.privateKey) };
}

/** Somebody at a browser that is not logged in. */
const visitor = () => new Person(server, "visitor");

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
    expect(base.store.sessions.of(1)).resolves.toMatchObject([{ factors: 2 }, { factors: 2 }]);
    const [began] = await audited("session.began");
    expect(began).toMatchObject({ actorId: 1, detail: { way: "passkey", factors: 2 } });
    expect(await passkeysOf(there)).toMatchObject([{ name: "Phone", lastUsedAt: time.now() }]);
    await there.enter();
  });

  test("ASVS 7.2.4 begins a session of its own, and ends the one the browser had", async () => {
    const former = alice.cookies;
    expect((await usePasskey(alice, phone)).status).toBe(200);
    expect([await statusOf(alice), await statusOf(alice, former)]).toEqual([200, 401]);
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
    const act = { at: 0, event: "person.suspended", actorId: null, subjectId: 1 } as const;
    await base.store.users.setStanding(1, "suspended", "a reason", { ...act, address: null, detail: {} });
    const [status, code] = await outcome(usePasskey(visitor(), phone));
    expect([status, code]).toEqual([403, "account_barred"]);
  });

  test("questions and answers of one address are bounded", async () => {
    const there = visitor();
    let last = await there.fetch("POST", "/api/passkeys/question", {});
    for (let asked = 0; asked < 100 && last.status === 200; asked++)
      last = await there.fetch("POST", "/api/passkeys/question", {});
    expect(await outcome(Promise.resolve(last))).toEqual([429, "rate_limited"]);
  });
});

describe("a passkey as a second factor and as a proof", () => {
  test("ASVS 6.3.3 takes the second step after a password, in place of a code", async () => {
    await addPasskey(alice, phone);
    await enrol(alice, time.now);
    const half = new Person(server, "alice");
    const first = await (await half.signIn()).json();
    expect(first).toMatchObject({ stage: "second factor", seconds: { code: true, passkey: true } });
    const former = half.cookies;
    const second = await usePasskey(half, phone, "proof");
    expect([second.status, await second.json()]).toMatchObject([200, { stage: "open" }]);
    expect([await statusOf(half), await statusOf(half, former)]).toEqual([200, 401]);
  });

  test("ASVS 6.3.3 somebody else's passkey takes no step, and proves nothing", async () => {
    await addPasskey(alice, phone);
    await enrol(alice, time.now);
    const bob = await new Person(server, "bob").register();
    const his = new PasskeyDevice(server.origin);
    await addPasskey(bob, his);
    const half = new Person(server, "alice");
    await half.signIn();
    expect(await outcome(usePasskey(half, his, "proof"))).toEqual(wrong);
    expect(await statusOf(half)).toBe(403);
    time.advance(11 * minute);
    expect(await outcome(usePasskey(alice, his, "proof"))).toEqual(wrong);
    expect(await outcome(alice.fetch("DELETE", "/api/account/sessions", {}))).toEqual([403, "proof_needed"]);
    const refused = await audited("session.refused");
    expect(refused.map(({ subjectId, detail }) => [subjectId, detail.way])).toEqual([
      [1, "passkey"],
      [1, "passkey"],
    ]);
  });

  test("ASVS 7.2.4 a proof renews the token, and what needs one can be done for ten minutes", async () => {
    await addPasskey(alice, phone);
    time.advance(11 * minute);
    expect(await outcome(alice.fetch("DELETE", "/api/account/sessions", {}))).toEqual([403, "proof_needed"]);
    const former = alice.cookies;
    expect((await usePasskey(alice, phone, "proof")).status).toBe(200);
    expect(await statusOf(alice, former)).toBe(401);
    expect((await alice.fetch("DELETE", "/api/account/sessions", {})).status).toBe(204);
  });

  test("who is asked for a second factor and has a passkey alone is asked for that", async () => {
    await addPasskey(alice, phone);
    await ask("everyone");
    const half = new Person(server, "alice");
    const first = await (await half.signIn()).json();
    expect(first).toMatchObject({ stage: "second factor", seconds: { code: false, passkey: true } });
    expect((await usePasskey(half, phone, "proof")).status).toBe(200);
    await half.enter();
  });
});

describe("one's own passkeys", () => {
  test("ASVS 6.3.3 a passkey is enough where the house asks for a second factor, and sets one up", async () => {
    await ask("everyone");
    const half = new Person(server, "alice");
    expect(await (await half.signIn()).json()).toMatchObject({ stage: "enrolment" });
    const former = half.cookies;
    const added = await addPasskey(half, phone);
    expect([added.status, await added.json()]).toMatchObject([201, { stage: "open" }]);
    expect(await statusOf(half, former)).toBe(401);
    await half.enter();
  });

  test("are added and removed by a fresh proof only, and renamed by their owner only", async () => {
    await addPasskey(alice, phone);
    const [own] = await passkeysOf(alice);
    expect(own).toEqual({
      id: expect.any(String),
      name: "Phone",
      rpId: "localhost",
      createdAt: time.now(),
      lastUsedAt: null,
    });
    const bob = await new Person(server, "bob").register();
    expect(await passkeysOf(bob)).toEqual([]);
    for (const [method, body] of [
      ["PUT", { name: "Mine" }],
      ["DELETE", {}],
    ] as const)
      expect(await outcome(bob.fetch(method, `/api/account/passkeys/${own!.id}`, body))).toEqual([
        404,
        "unknown_device",
      ]);
    const renamed = await alice.fetch("PUT", `/api/account/passkeys/${own!.id}`, { name: "My phone" });
    expect([renamed.status, await passkeysOf(alice)]).toMatchObject([204, [{ name: "My phone" }]]);

    const { ticket, options } = await questionFor(alice, "account/passkey-question");
    time.advance(11 * minute);
    const made = { ticket, name: "Late", response: phone.create(options) };
    expect(await outcome(alice.fetch("POST", "/api/account/passkeys", made))).toEqual([403, "proof_needed"]);
    expect(await outcome(remove(alice, own!.id))).toEqual([403, "proof_needed"]);
    expect(await passkeysOf(alice)).toHaveLength(1);
  });

  test("ASVS 6.7.2 a question for a new one is answered once, by whom it was put to, within five minutes", async () => {
    const bob = await new Person(server, "bob").register();
    const add = (person: Person, made: unknown) =>
      outcome(person.fetch("POST", "/api/account/passkeys", made));
    const asked = async () => {
      const { ticket, options } = await questionFor(alice, "account/passkey-question");
      return { ticket, name: "Phone", response: phone.create(options) };
    };
    expect(await add(bob, await asked())).toEqual(tooLate);
    const late = await asked();
    time.advance(5 * minute);
    expect(await add(alice, late)).toEqual(tooLate);
    // Only the latest question counts.
    const [first, second] = [await asked(), await asked()];
    expect(await add(alice, first)).toEqual(tooLate);
    const outcomes = await Promise.all([add(alice, second), add(alice, second)]);
    // The other comes with a token that was renewed meanwhile, or with a question that was answered.
    expect(outcomes.filter(([status]) => status === 201)).toHaveLength(1);
    expect(await passkeysOf(alice)).toHaveLength(1);
    // A question for signing in is none for a new passkey.
    const { ticket } = await questionFor(alice, "passkeys/question");
    expect(await add(alice, { ...second, ticket })).toEqual(tooLate);
  });

  test.each<[string, Deviation]>([
    ["from another website", { origin: "https://evil.example" }],
    ["for another host name", { rpId: "evil.example" }],
    ["without verification of the user", { unverified: true }],
    ["to a question nobody asked", { challenge: Buffer.alloc(32).toString("base64url") }],
    [
      "with a statement that does not fit",
      { statement: () => ({ fmt: "none", attStmt: new Map([["sig", 1]]) }) },
    ],
  ])("ASVS 6.3.4 an answer %s adds nothing", async (_, deviation) => {
    expect(await outcome(addPasskey(alice, phone, "Phone", deviation))).toEqual(wrong);
    expect(await passkeysOf(alice)).toEqual([]);
  });

  test("ASVS 1.3.6 a new passkey may sign for itself, and not come with certificates, whose addresses would have to be asked", async () => {
    const own = (signed: Buffer, key: KeyObject) => createSign("sha256").update(signed).sign(key);
    const packed = (more: [CborKey, Cbor][]) => (signed: Buffer, key: KeyObject) => ({
      fmt: "packed",
      attStmt: new Map<CborKey, Cbor>([["alg", -7], ["sig", own(signed, key)], ...more]),
    });
    expect((await addPasskey(alice, phone, "Phone", { statement: packed([]) })).status).toBe(201);
    const { certificate, key } = await attestationCertificate();
    const certified = (signed: Buffer) => packed([["x5c", [certificate]]])(signed, key);
    expect(await outcome(addPasskey(alice, phone, "Phone", { statement: certified }))).toEqual(wrong);
  });

  test("the same passkey is kept once, whoever else brings it", async () => {
    await addPasskey(alice, phone);
    const bob = await new Person(server, "bob").register();
    const { id } = (await passkeysOf(alice))[0]!;
    const copied = addPasskey(bob, new PasskeyDevice(server.origin), "Hers", { id });
    expect(await outcome(copied)).toEqual(wrong);
    expect((await usePasskey(visitor(), phone)).status).toBe(200);
  });

  test("ASVS 2.3.2 there are twenty of one account at most", async () => {
    for (let count = 0; count < 19; count++) {
      const added = await addPasskey(alice, new PasskeyDevice(server.origin), `Key ${count}`);
      expect(added.status).toBe(201);
      time.advance(minute);
      await alice.fetch("POST", "/api/proof", { password });
    }
    // The question was asked while there was room for one.
    const { ticket, options } = await questionFor(alice, "account/passkey-question");
    const late = { ticket, name: "Late", response: phone.create(options) };
    const keep = {
      at: 0,
      event: "passkey.added",
      actorId: 1,
      subjectId: 1,
      address: null,
      detail: {},
    } as const;
    const { lastUsedAt, ...one } = (await base.store.factors.passkeys(1))[0]!;
    await base.store.factors.addPasskey({ ...one, id: "twentieth" }, keep);
    expect(await outcome(alice.fetch("POST", "/api/account/passkeys", late))).toEqual([409, "too_many"]);
    const asked = alice.fetch("POST", "/api/account/passkey-question", {});
    expect(await outcome(asked)).toEqual([409, "too_many"]);
    expect(await passkeysOf(alice)).toHaveLength(20);
  });

  test("ASVS 6.3.7 the other devices hear of one that was added or removed, and this one does not", async () => {
    const elsewhere = new Person(server, "alice");
    await elsewhere.signIn();
    const [here, there] = [await alice.enter(), await elsewhere.enter()];
    await addPasskey(alice, phone);
    expect(await there.event("account.notified")).toMatchObject({ what: "passkey.added" });
    // The session that has the passkey now goes on under another token.
    expect(await here.closed).toBe(closeCodes.restarting);
    const back = await alice.enter();
    const [own] = await passkeysOf(alice);
    await remove(alice, own!.id);
    await there.event("account.notified", ({ what }) => what === "passkey.removed");
    await Promise.all([there, back].map((socket) => socket.ask("ping", {}, "pong")));
    expect(here.events.filter(({ type }) => type === "account.notified")).toEqual([]);
  });

  test("ASVS 6.5.6 a session that a passkey opened is not in any more where the house asks for what was removed", async () => {
    const olga = await new Person(server, "olga").register();
    await enrol(olga, time.now);
    base.db.run(sql`update users set role = 'owner' where name = 'olga'`);
    await addPasskey(alice, phone);
    const there = visitor();
    await usePasskey(there, phone);
    const socket = await there.enter();
    const [own] = await passkeysOf(alice);
    await remove(alice, own!.id);
    await socket.ask("ping", {}, "pong");
    const house = await (await olga.fetch("GET", "/api/house")).json();
    await olga.fetch("PUT", "/api/house", { ...house, secondFactor: "everyone" });
    socket.send("ping");
    expect(await socket.closed).toBe(closeCodes.proofNeeded);
    expect(await outcome(there.fetch("GET", "/api/people"))).toEqual([403, "enrolment_needed"]);
  });

  test("the only second factor stays where the house asks for one, and goes where there is another", async () => {
    await addPasskey(alice, phone);
    await ask("everyone");
    const [own] = await passkeysOf(alice);
    expect(await outcome(remove(alice, own!.id))).toEqual([403, "enrolment_needed"]);
    await addPasskey(alice, new PasskeyDevice(server.origin), "Key");
    expect((await remove(alice, own!.id)).status).toBe(204);
    await enrol(alice, time.now);
    const [last] = await passkeysOf(alice);
    expect((await remove(alice, last!.id)).status).toBe(204);
  });

  test("the only way into an account stays", async () => {
    await addPasskey(alice, phone);
    const { db } = base;
    db.run(sql`update users set password_hash = null`);
    const [own] = await passkeysOf(alice);
    expect(await outcome(remove(alice, own!.id))).toEqual([409, "last_way_in"]);
    await addPasskey(alice, new PasskeyDevice(server.origin), "Key");
    expect((await remove(alice, own!.id)).status).toBe(204);
  });

  test("ASVS 11.4.1 what is kept of one opens nothing: a public key, and no question once it is answered", async () => {
    await addPasskey(alice, phone);
    await usePasskey(visitor(), phone);
    const { tickets, passkeys } = contentsOf(base.db);
    expect(tickets).toEqual([]);
    expect(Object.keys(passkeys![0] as object).toSorted()).toEqual(
      [
        "id",
        "user_id",
        "rp_id",
        "public_key",
        "counter",
        "transports",
        "name",
        "created_at",
        "last_used_at",
      ].toSorted(),
    );
    const { d } = phone.passkeys[0]!.key.export({ format: "jwk" });
    const row = passkeys![0] as { public_key: Uint8Array };
    expect(Buffer.from(row.public_key).includes(Buffer.from(d!, "base64url"))).toBe(false);
  });
});

test("at a bare address there are none, and the refusal says what to do", async () => {
  const bare = await startServer({ store: base.store, system: time, host: "127.0.0.1" });
  const there = new Person(bare, "alice");
  const asked = await there.fetch("POST", "/api/passkeys/question", {});
  const { error } = await asked.json();
  expect([asked.status, error.code]).toEqual([409, "passkeys_need_name"]);
  expect(error.message).toMatch(/name/);
});
