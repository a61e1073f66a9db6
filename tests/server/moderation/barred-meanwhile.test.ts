import { describe, expect, test } from "bun:test";
import { hashOfToken } from "../../../server/auth/link-tokens.ts";
import { holdNext } from "../../support/hold.ts";
import { Person } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const { server, Olga: olga, Mia: mia, contents } = stage({ people: { Olga: "owner", Mia: "member" } });

const bar = (status: string) => olga.fetch("PUT", "/api/people/2/status", { status, reason: "" });

describe("ASVS 7.4.2 who is locked out gets no session that was just beginning", () => {
  for (const status of ["suspended", "banned"]) {
    for (const [step, hold] of [
      ["checked", () => holdNext(server.store.users, "byName")],
      ["stored", () => holdNext(server.store.sessions, "create")],
    ] as const) {
      test(`${status}, while the sign-in was being ${step}`, async () => {
        const held = hold();
        const late = new Person(server, "Mia");
        const signIn = late.signIn();
        await held.reached;
        expect((await bar(status)).status).toBe(204);
        held.release();
        expect((await signIn).status).toBe(401);
        expect(late.cookies).toBe("");
        const own = contents().sessions as { user_id: number }[];
        expect(own.filter(({ user_id }) => user_id === 2)).toEqual([]);
      });
    }
  }
});

test("ASVS 16.3.1 a right password on a barred account is written down with whose it is, and so often as a wrong one", async () => {
  await bar("banned");
  const before = server.log.length;
  const answers: string[] = [];
  for (let tries = 0; tries < 12; tries++) {
    const response = await new Person(server, "Mia").signIn();
    answers.push((await response.json()).error.code);
  }
  expect(answers).toEqual([...Array(10).fill("account_barred"), "rate_limited", "rate_limited"]);
  const entries = (await server.store.audit.page({ events: ["session.refused"] }, null, 20)).map(
    ({ id: _, at: __, ...entry }) => entry,
  );
  const entry = { event: "session.refused" as const, actorId: null, subjectId: 2, address: "127.0.0.1" };
  expect(entries).toEqual(Array(10).fill({ ...entry, detail: { way: "password", status: "banned" } }));
  const lines = server.log.slice(before).map((line) => JSON.parse(line));
  expect(lines.find(({ event }) => event === "session.refused")).toMatchObject({
    subject: 2,
    source: "127.0.0.1",
  });
  await bar("active");
  const others = await server.store.audit.page({ events: ["session.refused"] }, null, 20);
  expect(others).toHaveLength(10);
});

test("ASVS 7.4.2 a session that lay in the database under a lock opens nothing", async () => {
  const token = /__Host-session=([\w-]+)/.exec(mia.cookies)![1]!;
  const row = { device: "", address: "::1", factors: 1, createdAt: Date.now(), userId: 2 } as const;
  await bar("suspended");
  await server.store.sessions.create({ ...row, id: hashOfToken(token) });
  expect((await mia.fetch("GET", "/api/account")).status).toBe(401);
});
