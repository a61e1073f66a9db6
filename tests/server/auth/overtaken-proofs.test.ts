import { beforeEach, describe, expect, test } from "bun:test";
import { Authenticator } from "../../support/authenticator.ts";
import { holdNext } from "../../support/hold.ts";
import { outcome } from "../../support/outcome.ts";
import { PasskeyDevice, questionFor } from "../../support/passkey-device.ts";
import { Person, password } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const own = "another horse battery";
const slow = "the finder's password";
/** Weighing this password takes until the test lets it go on. */
let weighing: PromiseWithResolvers<void>;
let reached: PromiseWithResolvers<void>;
const strength = {
  async check(given: string) {
    if (given !== slow) return;
    reached.resolve();
    await weighing.promise;
  },
};
const {
  server,
  Olga: olga,
  Adam: adam,
  Mia: mia,
} = stage({ strength, people: { Olga: "owner", Adam: "admin", Mia: "member" } });
beforeEach(() => {
  weighing = Promise.withResolvers();
  reached = Promise.withResolvers();
});

const changed = async () =>
  expect((await mia.fetch("PUT", "/api/account/password", { current: password, password: own })).status).toBe(
    204,
  );
const opens = async (given: string) => (await new Person(server, "Mia").signIn(given)).status === 200;

describe("ASVS 15.4.2 a reset whose password is still being weighed sets none", () => {
  const meanwhile: [string, by: () => Person, happens: () => unknown][] = [
    ["its person has changed the password", () => olga, changed],
    [
      "its person is suspended",
      () => olga,
      () => olga.fetch("PUT", "/api/people/3/status", { status: "suspended", reason: "" }),
    ],
    [
      "who has made the link stands no longer above its person",
      () => adam,
      () => olga.fetch("PUT", "/api/people/2/role", { role: "member" }),
    ],
  ];
  for (const [what, by, happens] of meanwhile)
    test(`once ${what}`, async () => {
      const { token } = await (await by().fetch("POST", "/api/people/3/reset", {})).json();
      const finder = new Person(server, "Mia");
      const asked = outcome(finder.fetch("POST", "/api/reset", { token, password: slow }));
      await reached.promise;
      await happens();
      const before = await server.store.users.byId(3);
      weighing.resolve();
      expect(await asked).toEqual([403, "link_invalid"]);
      expect(await server.store.users.byId(3)).toEqual(before);
      expect(finder.cookies).toBe("");
    });
});

describe("ASVS 7.4.3 what was offered to a session that a new password has ended counts no more", () => {
  let thief: Person;
  beforeEach(async () => {
    thief = await new Person(server, "Mia").logIn();
  });

  test("an authenticator app that is just being confirmed", async () => {
    const { ticket, secret } = await (await thief.fetch("POST", "/api/account/code", {})).json();
    const find = holdNext(server.store.tickets, "find");
    const code = new Authenticator(secret).at(Date.now());
    const confirmed = outcome(thief.fetch("PUT", "/api/account/code", { ticket, code }));
    await find.reached;
    await changed();
    find.release();
    expect(await confirmed).toEqual([403, "link_invalid"]);
    expect(await server.store.users.byId(3)).toMatchObject({ hasCode: false });
    expect(await opens(own)).toBe(true);
  });

  test("a passkey that is just being added", async () => {
    const device = new PasskeyDevice(server);
    const { ticket, options } = await questionFor(thief, "account/passkey-question");
    const room = holdNext(server.store.factors, "passkeys");
    const made = { ticket, name: "x", response: device.create(options) };
    const added = outcome(thief.fetch("POST", "/api/account/passkeys", made));
    await room.reached;
    await changed();
    room.release();
    expect(await added).toEqual([403, "link_invalid"]);
    expect(await server.store.users.byId(3)).toMatchObject({ hasPasskey: false });
  });
});
