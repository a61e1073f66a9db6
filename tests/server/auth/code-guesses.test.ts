import { describe, expect, test } from "bun:test";
import { enrol, give } from "../../support/authenticator.ts";
import { outcome } from "../../support/outcome.ts";
import { Person, password } from "../../support/person.ts";
import { fromHeader } from "../../support/server.ts";
import { stage } from "../../support/stage.ts";

const { server, time, alice } = stage({ clock: true, people: ["alice"] });

/** Somebody who knows the password and nothing more, at an address of their own, with a session for these guesses. */
async function guesser(address: string) {
  const thief = new Person(server, "alice");
  const headers = { [fromHeader]: address };
  await thief.fetch("POST", "/api/session", { name: "alice", password }, headers);
  return (code: string) => outcome(thief.fetch("POST", "/api/session/code", { code }, headers));
}

describe("ASVS 6.3.1 guessing codes with the password at hand", () => {
  test("is bounded for the account, from however many sessions and addresses; the owner gets in by a recovery code", async () => {
    const { app, recoveryCodes } = await enrol(alice, time.now);
    const near = new Set([-1, 0, 1, 2].map((steps) => app.at(time.now(), steps)));
    let code = 0;
    const next = (): string => {
      const guess = String(code++).padStart(6, "0");
      return near.has(guess) ? next() : guess;
    };
    const seen = new Map<string, number>();
    for (let session = 0; session < 100; session++) {
      const guess = await guesser(`2001:db8:${session}::1`);
      for (let each = 0; each < 10; each++) {
        const [status, refusal] = await guess(next());
        seen.set(`${status} ${refusal}`, (seen.get(`${status} ${refusal}`) ?? 0) + 1);
      }
    }
    expect(Object.fromEntries(seen)).toEqual({ "403 wrong_code": 20, "429 rate_limited": 980 });

    const owner = await new Person(server, "alice").logIn();
    const refused = await give(owner, app.at(time.now(), 1));
    expect((await refused.json()).error).toMatchObject({ code: "rate_limited", retryAfter: 300_000 });
    expect((await give(owner, recoveryCodes[0]!)).status).toBe(200);

    // Twelve an hour from then on.
    time.advance(60 * 60_000);
    const guess = await guesser("2001:db8:ffff::1");
    let tries = 0;
    for (let each = 0; each < 30; each++) if ((await guess("000000"))[0] === 403) tries++;
    expect(tries).toBe(12);
  });

  test("right codes cost nothing, however many", async () => {
    const { app } = await enrol(alice, time.now);
    for (let each = 0; each < 60; each++) {
      time.advance(30_000);
      const phone = await new Person(server, "alice").logIn();
      expect((await give(phone, app.at(time.now()))).status).toBe(200);
    }
  });
});
