import { describe, expect, test } from "bun:test";
import { resetAlert, resetTicket } from "../../../server/auth/resets.ts";
import { enrol } from "../../support/authenticator.ts";
import { addPasskey, PasskeyDevice } from "../../support/passkey-device.ts";
import { Person, password } from "../../support/person.ts";
import { fromHeader } from "../../support/server.ts";
import { ground, take } from "./ground.ts";

const { time, server, alice, bob, contents } = ground();

describe("taking what is kept of oneself", () => {
  test("ASVS 8.2.2 says all of oneself, and nothing that opens anything or belongs to others", async () => {
    // At a browser, whose key its session is bound to.
    await alice.withKey().signIn();
    await server.store.tickets.put(
      resetTicket((await server.store.users.byId(1))!, null, time).ticket,
      undefined,
      resetAlert("reset link made", 1, null, time.now()),
    );
    const here = await alice.enter();
    const guesser = new Person(server, "alice");
    await guesser.fetch(
      "POST",
      "/api/session",
      { name: "alice", password: "a guess" },
      { [fromHeader]: "9.9.9.9" },
    );
    const his = await bob.fetch(
      "POST",
      "/api/session",
      { name: "bob", password },
      { [fromHeader]: "8.8.8.8" },
    );
    expect(his.status).toBe(200);
    await bob.fetch("PUT", "/api/account/sessions/none", { label: "x" });
    const { message } = { message: await here.say("mine") };
    const theirs = await (await bob.enter()).say("bob's");
    await alice.fetch("POST", "/api/reports", { conversation: "group", seq: theirs.seq, reason: "not kind" });
    await bob.fetch("POST", "/api/reports", {
      conversation: "group",
      seq: message.seq,
      reason: "told by bob",
    });
    const device = new PasskeyDevice(server);
    await addPasskey(alice, device, "My key");
    const { secret, recoveryCodes } = await enrol(alice, time.now);
    const text = await (await take(alice)).text();
    const all = JSON.parse(text);
    expect(Object.keys(all)).toEqual([
      "chatName",
      "exportedAt",
      "account",
      "devices",
      "passkeys",
      "providers",
      "invitations",
      "reports",
      "alerts",
      "conversations",
      "history",
    ]);
    expect(all.account).toMatchObject({
      id: 1,
      name: "alice",
      hasPassword: true,
      hasCode: true,
      hasPasskey: true,
    });
    expect(all.account.createdAt).toBe(new Date(time.now()).toISOString());
    expect(all.devices[0]).toMatchObject({
      address: "127.0.0.1",
      device: expect.any(String),
      isBound: true,
    });
    expect(all.alerts).toEqual([
      { what: "reset link made", at: new Date(time.now()).toISOString(), by: null, seenAt: null },
    ]);
    expect(all.passkeys).toMatchObject([{ name: "My key", website: "localhost" }]);
    expect(all.reports).toMatchObject([{ seq: theirs.seq, reason: "not kind" }]);
    const events = all.history.map(({ event }: { event: string }) => event);
    expect(events).toContain("account.exported");
    expect(events).toContain("session.refused");
    expect(events.at(-1)).toBe("account.registered");

    const { users, sessions } = rows();
    const kept = await server.store.factors.passkeys(1);
    const secrets = [
      ...users.map(({ password_hash }) => password_hash as string),
      ...sessions.flatMap(({ id }) => forms(id as Uint8Array)),
      ...sessions.map(({ key_hash }) => key_hash as string).filter(Boolean),
      alice.key!,
      ...kept.flatMap(({ id, publicKey }) => [id, ...forms(publicKey)]),
      ...recoveryCodes,
      secret,
      (await server.store.factors.totp(1))!.secret,
      "9.9.9.9",
      "8.8.8.8",
      "bob's",
      "told by bob",
    ];
    expect(secrets.filter((each) => text.includes(each))).toEqual([]);
    const page = await (await take(alice, "html")).text();
    expect(secrets.filter((each) => page.includes(each))).toEqual([]);
  });
});

const forms = (bytes: Uint8Array) =>
  (["hex", "base64", "base64url"] as const).map((form) => Buffer.from(bytes).toString(form));

type Rows = Record<"users" | "sessions", Record<string, unknown>[]>;
const rows = () => contents() as Rows;
