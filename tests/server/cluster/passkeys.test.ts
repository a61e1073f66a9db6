import { describe, expect, test } from "bun:test";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import type { PasskeyInfo } from "../../../server/protocol/passkeys.ts";
import { carriers, nodeStage } from "../../support/nodes.ts";
import { addPasskey, PasskeyDevice, questionFor, usePasskey } from "../../support/passkey-device.ts";
import { Person } from "../../support/person.ts";

/** What a change of who may be in may take to be true on every node. */
const boundMs = 2_000;

describe.each(carriers)("%s", (_, spoil) => {
  const { one, two } = nodeStage({ spoil });

  test("ASVS 6.5.6 a passkey works on every node, once a question, and on none once it is removed", async () => {
    const alice = await new Person(one, "alice").register();
    const remote = await new Person(two, "alice").logIn();
    const before = await remote.enter();
    const device = new PasskeyDevice(one);
    const start = performance.now();
    expect((await addPasskey(alice, device)).status).toBe(201);
    expect(await before.event("account.notified")).toMatchObject({ what: "passkey.added" });
    expect(performance.now() - start).toBeLessThan(boundMs);

    // The same browser at another address of the same nodes: each is a page of its own.
    const { ticket, options } = await questionFor(new Person(one, "x"), "passkeys/question");
    const answers = Array.from({ length: 4 }, () => ({ ticket, response: device.get(options) }));
    const outcomes = await Promise.all(
      answers.map((answer) => new Person(one, "x").fetch("POST", "/api/session/passkey", answer)),
    );
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual([200, 403, 403, 403]);
    const there = new PasskeyDevice(two);
    there.passkeys.push(...device.passkeys);
    // The password alone is not enough from here on: only who came in by the passkey is there for long.
    const known = new Person(two, "alice");
    expect((await usePasskey(known, there)).status).toBe(200);
    const after = await known.enter();

    const [own]: PasskeyInfo[] = await alice.get("/api/account/passkeys");
    expect((await alice.fetch("DELETE", `/api/account/passkeys/${own!.id}`, {})).status).toBe(204);
    const removed = performance.now();
    expect((await usePasskey(new Person(two, "x"), there)).status).toBe(403);
    await after.event("account.notified", ({ what }) => what === "passkey.removed");
    expect(performance.now() - removed).toBeLessThan(boundMs);
  });

  test("ASVS 7.5.2 a device that is ended is out on every node, and a new one is told there", async () => {
    const bob = await new Person(one, "bob").register();
    const remote = new Person(two, "bob");
    const own = await bob.at(two).enter();
    await remote.signIn();
    expect(await own.event("account.notified")).toMatchObject({ what: "session.began" });
    const socket = await remote.enter();
    const listed: { id: string; isThis: boolean }[] = await (
      await bob.fetch("GET", "/api/account/sessions")
    ).json();
    const { id } = listed.find(({ isThis }) => !isThis)!;
    expect((await bob.fetch("DELETE", `/api/account/sessions/${id}`, {})).status).toBe(204);
    const start = performance.now();
    expect(await socket.closed).toBe(closeCodes.signedOut);
    const third = await new Person(two, "bob").logIn();
    const last = await third.enter();
    expect((await bob.fetch("DELETE", "/api/account/sessions", {})).status).toBe(204);
    expect(await last.closed).toBe(closeCodes.signedOut);
    expect(performance.now() - start).toBeLessThan(2 * boundMs);
    await own.ask("ping", {}, "pong");
  });
});
