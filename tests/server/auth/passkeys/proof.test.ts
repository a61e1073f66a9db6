import { describe, expect, test } from "bun:test";
import { enrol } from "../../../support/authenticator.ts";
import { outcome } from "../../../support/outcome.ts";
import { addPasskey, PasskeyDevice, usePasskey } from "../../../support/passkey-device.ts";
import { Person } from "../../../support/person.ts";
import { ground, minute, wrong } from "./ground.ts";

const { time, server, alice, phone, ask, audited } = ground();

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
    expect([await half.status(), await half.status(former)]).toEqual([200, 401]);
  });

  test("ASVS 6.3.3 somebody else's passkey takes no step, and proves nothing", async () => {
    await addPasskey(alice, phone);
    await enrol(alice, time.now);
    const bob = await new Person(server, "bob").register();
    const his = new PasskeyDevice(server);
    await addPasskey(bob, his);
    const half = await new Person(server, "alice").logIn();
    expect(await outcome(usePasskey(half, his, "proof"))).toEqual(wrong);
    expect(await half.status()).toBe(403);
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
    expect(await alice.status(former)).toBe(401);
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
