import { describe, expect, test } from "bun:test";
import { createSign, KeyObject } from "node:crypto";
import { BasicConstraintsExtension, X509CertificateGenerator } from "@peculiar/x509";
import { outcome } from "../../../support/outcome.ts";
import {
  addPasskey,
  type Cbor,
  type CborKey,
  type Deviation,
  PasskeyDevice,
  questionFor,
  usePasskey,
} from "../../../support/passkey-device.ts";
import { Person, password } from "../../../support/person.ts";
import { ground, minute, passkeysOf, tooLate, wrong } from "./ground.ts";

const { time, server, alice, phone, ask, visitor, contents } = ground();

describe("one's own passkeys", () => {
  test("ASVS 6.3.3 a passkey is enough where the chat asks for a second factor, and sets one up", async () => {
    await ask("everyone");
    const half = new Person(server, "alice");
    expect(await (await half.signIn()).json()).toMatchObject({ stage: "enrolment" });
    const former = half.cookies;
    const added = await addPasskey(half, phone);
    expect([added.status, await added.json()]).toMatchObject([201, { stage: "open" }]);
    expect(await half.status(former)).toBe(401);
    await half.enter();
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
    const copied = addPasskey(bob, new PasskeyDevice(server), "Hers", { id });
    expect(await outcome(copied)).toEqual(wrong);
    expect((await usePasskey(visitor(), phone)).status).toBe(200);
  });

  test("ASVS 2.3.2 there are twenty of one account at most", async () => {
    for (let count = 0; count < 19; count++) {
      const added = await addPasskey(alice, new PasskeyDevice(server), `Key ${count}`);
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
    const { lastUsedAt, ...one } = (await server.store.factors.passkeys(1))[0]!;
    await server.store.factors.addPasskey({ ...one, id: "twentieth" }, [], keep);
    expect(await outcome(alice.fetch("POST", "/api/account/passkeys", late))).toEqual([409, "too_many"]);
    const asked = alice.fetch("POST", "/api/account/passkey-question", {});
    expect(await outcome(asked)).toEqual([409, "too_many"]);
    expect(await passkeysOf(alice)).toHaveLength(20);
  });

  test("ASVS 11.4.1 what is kept of one opens nothing: a public key, and no question once it is answered", async () => {
    await addPasskey(alice, phone);
    await usePasskey(visitor(), phone);
    const { tickets, passkeys } = contents();
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
