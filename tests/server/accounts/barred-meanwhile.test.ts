import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { hashOfToken } from "../../../server/accounts/link-tokens.ts";
import { contentsOf } from "../../support/database.ts";
import { holdNext } from "../../support/hold.ts";
import { Person } from "../../support/person.ts";
import { type Village, village } from "../../support/village.ts";

let chat: Village;
let olga: Person;
let mia: Person;
beforeEach(async () => {
  chat = await village({ Olga: "owner", Mia: "member" });
  ({ Olga: olga, Mia: mia } = chat.people as Record<"Olga" | "Mia", Person>);
});
afterEach(async () => {
  await chat.server.stop();
  expect(chat.server.bugs).toEqual([]);
});

const bar = (standing: string) => olga.fetch("PUT", "/api/people/2/standing", { standing, reason: "" });

describe("ASVS 7.4.2 who is locked out gets no session that was just beginning", () => {
  for (const standing of ["suspended", "banned"]) {
    for (const [step, hold] of [
      ["checked", () => holdNext(chat.base.store.users, "byName")],
      ["stored", () => holdNext(chat.base.store.sessions, "create")],
    ] as const) {
      test(`${standing}, while the sign-in was being ${step}`, async () => {
        const held = hold();
        const late = new Person(chat.server, "Mia");
        const signIn = late.signIn();
        await held.reached;
        expect((await bar(standing)).status).toBe(204);
        held.release();
        expect((await signIn).status).toBe(401);
        expect(late.cookies).toBe("");
        const own = contentsOf(chat.base.db).sessions as { user_id: number }[];
        expect(own.filter(({ user_id }) => user_id === 2)).toEqual([]);
      });
    }
  }
});

test("ASVS 7.4.2 a session that lay in the database under a lock opens nothing", async () => {
  const token = /__Host-session=([\w-]+)/.exec(mia.cookies)![1]!;
  const row = { device: "", address: "::1", factors: 1, createdAt: Date.now(), userId: 2 } as const;
  await bar("suspended");
  await chat.base.store.sessions.create({ ...row, id: hashOfToken(token) });
  expect((await mia.fetch("GET", "/api/account")).status).toBe(401);
});
