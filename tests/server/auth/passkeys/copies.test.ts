import { beforeEach, describe, expect, test } from "bun:test";
import { outcome } from "../../../support/outcome.ts";
import { addPasskey, questionFor, usePasskey } from "../../../support/passkey-device.ts";
import { ground, wrong } from "./ground.ts";

const { alice, phone, visitor, audited } = ground();

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
