import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { closeCodes } from "../../../../server/protocol/close-codes.ts";
import { enrol } from "../../../support/authenticator.ts";
import { outcome } from "../../../support/outcome.ts";
import { addPasskey, PasskeyDevice, questionFor, usePasskey } from "../../../support/passkey-device.ts";
import { Person } from "../../../support/person.ts";
import { ground, minute, passkeysOf, remove } from "./ground.ts";

const { time, server, alice, phone, ask, visitor } = ground();

describe("one's own passkeys", () => {
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

  test("ASVS 6.3.7 the other devices hear of one that was added or removed, and this one does not", async () => {
    const elsewhere = await new Person(server, "alice").logIn();
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

  test("ASVS 6.5.6 a session that a passkey opened is not in any more where the chat asks for what was removed", async () => {
    const olga = await new Person(server, "olga").register();
    await enrol(olga, time.now);
    server.db.run(sql`update users set role = 'owner' where name = 'olga'`);
    await addPasskey(alice, phone);
    const there = visitor();
    await usePasskey(there, phone);
    const socket = await there.enter();
    const [own] = await passkeysOf(alice);
    await remove(alice, own!.id);
    await socket.ask("ping", {}, "pong");
    await olga.changeSettings({ secondFactor: "everyone" });
    socket.send("ping");
    expect(await socket.closed).toBe(closeCodes.proofNeeded);
    expect(await outcome(there.fetch("GET", "/api/people"))).toEqual([403, "enrolment_needed"]);
  });

  test("the only second factor stays where the chat asks for one, and goes where there is another", async () => {
    await addPasskey(alice, phone);
    await ask("everyone");
    const [own] = await passkeysOf(alice);
    expect(await outcome(remove(alice, own!.id))).toEqual([403, "enrolment_needed"]);
    await addPasskey(alice, new PasskeyDevice(server), "Key");
    expect((await remove(alice, own!.id)).status).toBe(204);
    await enrol(alice, time.now);
    const [last] = await passkeysOf(alice);
    expect((await remove(alice, last!.id)).status).toBe(204);
  });

  test("the only way into an account stays", async () => {
    await addPasskey(alice, phone);
    const { db } = server;
    db.run(sql`update users set password_hash = null`);
    const [own] = await passkeysOf(alice);
    expect(await outcome(remove(alice, own!.id))).toEqual([409, "last_way_in"]);
    await addPasskey(alice, new PasskeyDevice(server), "Key");
    expect((await remove(alice, own!.id)).status).toBe(204);
  });

  test("an account at a provider that is not set up any more is no other way in", async () => {
    await addPasskey(alice, phone);
    const [own] = await passkeysOf(alice);
    const { db } = server;
    db.run(sql`update users set password_hash = null`);
    const [issuer, subject, provider] = ["https://gone.example", "1", "gone"];
    db.run(sql`insert into identities (issuer, subject, user_id, provider, created_at)
      select ${issuer}, ${subject}, id, ${provider}, 0 from users where name = 'alice'`);
    expect(await outcome(remove(alice, own!.id))).toEqual([409, "last_way_in"]);
  });
});
