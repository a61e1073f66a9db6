import { describe, expect, test } from "bun:test";
import { enrol, give } from "../../support/authenticator.ts";
import { outcome } from "../../support/outcome.ts";
import { Person } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const next = "a new battery horse";
const { server, time, owner: olga, alice } = stage({ clock: true, owner: "olga", people: ["alice"] });

/** Somebody with a reset link for Alice's account, made by the owner; gives what comes of using it with a code. */
async function withLink() {
  const { id } = await alice.get("/api/account");
  const { token } = await (await olga.fetch("POST", `/api/people/${id}/reset`, {})).json();
  const holder = new Person(server, "alice");
  const reset = (code?: string) =>
    outcome(holder.fetch("POST", "/api/reset", { token, password: next, code }));
  return { holder, reset };
}

describe("ASVS 6.4.3 6.3.4 a reset link is no way around the second factor", () => {
  test("it asks for a code as well, and for a right one", async () => {
    const { app } = await enrol(alice, time.now);
    const { holder, reset } = await withLink();
    for (const code of [undefined, "", app.at(time.now()), app.at(time.now(), 5), "1234-5678"])
      expect(await reset(code)).toEqual([403, "wrong_code"]);
    expect((await holder.fetch("GET", "/api/account")).status).toBe(401);
    expect((await alice.fetch("GET", "/api/account")).status).toBe(200);
    time.advance(30_000);
    expect(await reset(app.at(time.now()))).toEqual([200, undefined]);
    await holder.enter();
    const phone = await new Person(server, "alice").logIn(next);
    expect(await outcome(phone.fetch("GET", "/api/account"))).toEqual([403, "second_factor_needed"]);
  });

  test("or for a recovery code, which is used up by it", async () => {
    const { recoveryCodes } = await enrol(alice, time.now);
    const { holder, reset } = await withLink();
    expect(await reset(recoveryCodes[0]!)).toEqual([200, undefined]);
    await holder.enter();
    const phone = await new Person(server, "alice").logIn(next);
    expect(await outcome(give(phone, recoveryCodes[0]!))).toEqual([403, "wrong_code"]);
  });

  test("ASVS 6.3.1 and bounds wrong codes as every other way in does", async () => {
    await enrol(alice, time.now);
    const { reset } = await withLink();
    const seen = new Set<string>();
    for (let each = 0; each < 30; each++) seen.add((await reset("000000")).join(" "));
    expect([...seen]).toEqual(["403 wrong_code", "429 rate_limited"]);
  });
});
