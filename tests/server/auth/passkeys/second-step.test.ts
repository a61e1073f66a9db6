import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { closeCodes } from "../../../../server/protocol/close-codes.ts";
import { watchMs } from "../../../../server/realtime/watch.ts";
import { enrol, give } from "../../../support/authenticator.ts";
import { outcome } from "../../../support/outcome.ts";
import { addPasskey, PasskeyDevice, usePasskey } from "../../../support/passkey-device.ts";
import { Person, password } from "../../../support/person.ts";
import { routeList } from "../../../support/route-rows.ts";
import { ground, minute, passkeysOf, remove } from "./ground.ts";

const { time, server, alice, phone, visitor } = ground();

const who = async (person: Person) => person.get("/api/session");
const factorsOf = async (person: Person) => person.get("/api/account/factors");
const makeCodes = (person: Person) => person.fetch("POST", "/api/account/recovery-codes", {});
const codesOf = async (added: Response): Promise<string[]> => (await added.json()).recoveryCodes;

/** Somebody who knows Alice's password, and nothing else. */
async function withPassword(): Promise<Person> {
  const person = await new Person(server, "alice").logIn();
  return person;
}

/** As accounts were before recovery codes came with passkeys. */
const forgetCodes = () => {
  server.db.run(sql`delete from recovery_codes`);
  server.db.run(sql`update users set has_recovery = 0`);
};

describe("an account with a passkey and no app", () => {
  test("ASVS 6.3.3 is not opened by its password: there is nothing but the second step", async () => {
    await addPasskey(alice, phone);
    const [own] = await passkeysOf(alice);
    const half = await withPassword();
    expect(await who(half)).toMatchObject({
      stage: "second factor",
      seconds: { code: false, passkey: true, recovery: true },
    });
    const open: string[] = [];
    for (const { method, path, access } of routeList) {
      if (access === "anyone") continue;
      if (access === "half signed in") {
        open.push(`${method} ${path}`);
        continue;
      }
      const to = path.replace(/:\w+/g, own!.id);
      const asked = half.fetch(method, to, method === "GET" ? undefined : {});
      expect([method, path, ...(await outcome(asked))]).toEqual([method, path, 403, "second_factor_needed"]);
    }
    // To leave, and to give the second step.
    expect(open.toSorted()).toEqual([
      "DELETE /api/session",
      "POST /api/proof/passkey",
      "POST /api/session/code",
    ]);
    expect(await passkeysOf(alice)).toEqual([own!]);
    const again = await withPassword();
    expect((await usePasskey(again, phone, "proof")).status).toBe(200);
    await again.enter();
  });

  test("has recovery codes from the first passkey on, each of which takes the step once", async () => {
    const codes = await codesOf(await addPasskey(alice, phone));
    expect(codes).toHaveLength(10);
    expect(await codesOf(await addPasskey(alice, new PasskeyDevice(server), "Key"))).toBeUndefined();
    expect(await factorsOf(alice)).toEqual({ code: null, passkeys: 2, recoveryCodes: 10 });
    const half = await withPassword();
    expect(await outcome(give(half, "123456"))).toEqual([403, "wrong_code"]);
    expect((await give(half, codes[3]!)).status).toBe(200);
    expect(await factorsOf(half)).toMatchObject({ recoveryCodes: 9 });
    expect(await outcome(give(await withPassword(), codes[3]!))).toEqual([403, "wrong_code"]);
  });

  test("stays as it is once all of them are used up, and is given new ones when the last one is", async () => {
    const codes = await codesOf(await addPasskey(alice, phone));
    for (const code of codes.slice(1)) {
      const half = await withPassword();
      expect((await give(half, code)).status).toBe(200);
      expect((await who(half)).needsRecoveryCodes).toBeUndefined();
    }
    const last = await withPassword();
    expect(await (await give(last, codes[0]!)).json()).toMatchObject({ needsRecoveryCodes: true });
    expect((await who(await withPassword())).stage).toBe("second factor");
    const more = await codesOf(await makeCodes(last));
    expect((await who(last)).needsRecoveryCodes).toBeUndefined();
    expect((await give(await withPassword(), more[0]!)).status).toBe(200);
  });

  test("turns away the sessions of the password alone, within a second", async () => {
    const other = await withPassword();
    const socket = await other.enter();
    await addPasskey(alice, phone);
    time.advance(watchMs);
    expect(await socket.closed).toBe(closeCodes.proofNeeded);
    expect((await who(other)).stage).toBe("second factor");
  });

  test("ASVS 6.3.3 takes a passkey, or password and recovery code, as a fresh proof: never the password alone", async () => {
    const codes = await codesOf(await addPasskey(alice, phone));
    time.advance(11 * minute);
    const prove = (given: object) => alice.fetch("POST", "/api/proof", given);
    const [own] = await passkeysOf(alice);
    expect(await outcome(remove(alice, own!.id))).toEqual([403, "proof_needed"]);
    expect(await outcome(prove({ password }))).toEqual([403, "wrong_code"]);
    expect(await outcome(prove({ code: codes[0]! }))).toEqual([403, "wrong_password"]);
    expect((await prove({ password, code: codes[0]! })).status).toBe(200);
    expect((await remove(alice, own!.id)).status).toBe(204);
  });

  test("loses its codes with its last factor, and only then", async () => {
    const first = await codesOf(await addPasskey(alice, phone));
    const { recoveryCodes, app } = await enrol(alice, time.now);
    expect(await outcome(give(await withPassword(), first[0]!))).toEqual([403, "wrong_code"]);
    expect((await alice.fetch("DELETE", "/api/account/code", {})).status).toBe(204);
    time.advance(minute);
    expect(await outcome(give(await withPassword(), app.at(time.now())))).toEqual([403, "wrong_code"]);
    expect((await give(await withPassword(), recoveryCodes[0]!)).status).toBe(200);
    const [own] = await passkeysOf(alice);
    expect((await remove(alice, own!.id)).status).toBe(204);
    expect(await factorsOf(alice)).toEqual({ code: null, passkeys: 0, recoveryCodes: 0 });
    expect(await who(await withPassword())).toMatchObject({ stage: "open" });
    // What comes next brings new ones.
    expect(await codesOf(await addPasskey(alice, phone))).toHaveLength(10);
  });
});

describe("an account whose passkey is older than its recovery codes", () => {
  test("opens by its password as before, until they are given: then its password opens nothing alone", async () => {
    await addPasskey(alice, phone);
    forgetCodes();
    const before = await withPassword();
    expect(await who(before)).toMatchObject({ stage: "open" });
    expect((await who(before)).needsRecoveryCodes).toBeUndefined();
    // Codes would be a second step for whoever knows no more than the password.
    expect(await outcome(makeCodes(before))).toEqual([403, "not_allowed"]);
    const socket = await before.enter();

    const there = visitor();
    expect(await (await usePasskey(there, phone)).json()).toMatchObject({ needsRecoveryCodes: true });
    const codes = await codesOf(await makeCodes(there));
    expect((await who(there)).needsRecoveryCodes).toBeUndefined();
    time.advance(watchMs);
    expect(await socket.closed).toBe(closeCodes.proofNeeded);
    const half = await withPassword();
    expect((await who(half)).stage).toBe("second factor");
    expect((await give(half, codes[0]!)).status).toBe(200);
  });

  test("is asked for new codes when it has just used its second factor, and not all the time", async () => {
    await addPasskey(alice, phone);
    forgetCodes();
    expect((await who(alice)).needsRecoveryCodes).toBe(true);
    time.advance(11 * minute);
    expect((await who(alice)).needsRecoveryCodes).toBeUndefined();
    // In a session that its passkey opened, it is also what is asked for.
    expect(await outcome(alice.fetch("POST", "/api/proof", { password }))).toEqual([403, "wrong_code"]);
    expect(await (await usePasskey(alice, phone, "proof")).json()).toMatchObject({
      needsRecoveryCodes: true,
    });
  });
});
