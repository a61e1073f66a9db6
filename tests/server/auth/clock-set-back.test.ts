import { describe, expect, test } from "bun:test";
import { enrol } from "../../support/authenticator.ts";
import { outcome } from "../../support/outcome.ts";
import { Person, password } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const minute = 60_000;
const { server, time, alice } = stage({ clock: true, people: ["alice"] });

const isFresh = async () => (await alice.get("/api/account")).isFresh;

describe("a clock that was set back", () => {
  test("ASVS 7.5.3 makes no proof fresh for longer, and proving anew does", async () => {
    time.leap(-60 * minute);
    expect(await isFresh()).toBe(false);
    expect(await outcome(alice.fetch("POST", "/api/account/code", {}))).toEqual([403, "proof_needed"]);
    time.advance(30 * minute);
    expect(await isFresh()).toBe(false);
    expect((await alice.fetch("POST", "/api/proof", { password })).status).toBe(200);
    expect(await isFresh()).toBe(true);
  });

  test("ASVS 7.3.2 ends a session that waits for its second factor, and no other", async () => {
    await enrol(alice, time.now);
    const half = await new Person(server, "alice").logIn();
    time.leap(-60 * minute);
    expect(await outcome(half.fetch("POST", "/api/session/code", { code: "123456" }))).toEqual([
      401,
      "not_signed_in",
    ]);
    expect((await alice.fetch("GET", "/api/account")).status).toBe(200);
  });

  test("by no more than a minute, as the clocks of nodes differ, changes nothing", async () => {
    await enrol(alice, time.now);
    const half = await new Person(server, "alice").logIn();
    const stage = async () => (await half.get("/api/session")).stage;
    time.leap(-minute);
    expect([await isFresh(), await stage()]).toEqual([true, "second factor"]);
    time.leap(-1);
    expect([await isFresh(), await stage()]).toEqual([false, undefined]);
  });
});
