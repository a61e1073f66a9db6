import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { enrol } from "../../../support/authenticator.ts";
import type { Clock } from "../../../support/clock.ts";
import { contentsOf } from "../../../support/database.ts";
import { addPasskey, PasskeyDevice, questionFor } from "../../../support/passkey-device.ts";
import { Person } from "../../../support/person.ts";
import { fromHeader, type TestServer } from "../../../support/server.ts";
import { address, erased, type Ground, ground, remove, saidByCarla } from "./ground.ts";

setDefaultTimeout(30_000);

let time: Clock;
let base: Ground["base"];
let server: TestServer;
let bob: Person;
let carla: Person;
beforeEach(async () => {
  ({ time, base, server, bob, carla } = await ground());
});
afterEach(async () => {
  await server.stop();
  expect(server.bugs).toEqual([]);
});

describe.each(["keep", "remove"] as const)(
  "what is left of an account whose messages one chose to %s",
  (choice) => {
    test("ASVS 14.2.7 is its id: no table holds a name, a hash, a factor or an address, but the log", async () => {
      await saidByCarla(await carla.enter(), 2);
      const phone = await new Person(server, carla.name).logIn();
      await phone.fetch(
        "POST",
        "/api/session",
        { name: carla.name, password: "a guess" },
        { [fromHeader]: address },
      );
      await addPasskey(carla, new PasskeyDevice(server), "key-of-carla");
      await enrol(carla, time.now);
      await questionFor(carla, "account/passkey-question");
      await carla.fetch("POST", "/api/account/code", {});
      const { message } = { message: await (await bob.enter()).say("bob's") };
      await carla.fetch("POST", "/api/reports", {
        conversation: "group",
        seq: message.seq,
        reason: "reason-of-carla",
      });
      const identity = { issuer: "https://issuer", subject: "subject-of-carla", userId: 2, provider: "x" };
      const said = { at: 0, actorId: 2, subjectId: 2, address: null, detail: {} };
      await base.store.factors.addIdentity(
        { ...identity, createdAt: 0 },
        { ...said, event: "provider.linked" },
      );

      const secrets = new Map<string, string>([["name", carla.name]]);
      const { passwordHash } = (await base.store.users.byId(2))!;
      secrets.set("password", passwordHash!);
      for (const { id } of await base.store.sessions.of(2)) secrets.set("session", id.toString("hex"));
      for (const { id, publicKey } of await base.store.factors.passkeys(2))
        secrets.set("passkey", id).set("its key", publicKey.toString("hex"));
      secrets.set("app", (await base.store.factors.totp(2))!.secret);
      for (const word of ["key-of-carla", "reason-of-carla", "subject-of-carla"]) secrets.set(word, word);
      const holding = (text: string) =>
        Object.entries(contentsOf(base.db))
          .filter(([, rows]) => JSON.stringify(rows.map(readable)).includes(text))
          .map(([table]) => table);
      for (const [what, text] of secrets) expect([what, holding(text)]).not.toEqual([what, []]);

      expect((await remove(carla, choice)).status).toBe(204);
      await erased(base.store, bob);
      for (const [what, text] of secrets) expect([what, holding(text)]).toEqual([what, []]);
      expect(holding(address)).toEqual(["audit"]);
      const owned = Object.entries(contentsOf(base.db)).filter(([, rows]) =>
        (rows as Record<string, unknown>[]).some(
          (row) => row.user_id === 2 || row.reporter_id === 2 || (row.created_by === 2 && !row.revoked_at),
        ),
      );
      expect(owned.map(([table]) => table)).toEqual([]);
      // The log names people by ids alone.
      const log = await base.store.audit.page({ person: 2 }, null, 100);
      expect(log.length).toBeGreaterThan(3);
      expect(JSON.stringify(log)).not.toMatch(/carla/i);
    });
  },
);

/** Bytes as text, to be searched. */
const readable = (row: unknown) =>
  Object.values(row as object).map((value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
  );
