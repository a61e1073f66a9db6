import { describe, expect, test } from "bun:test";
import { may, type Right, type Role, rights, roles } from "../../../server/protocol/roles.ts";
import { contentsOf } from "../../support/database.ts";
import { Person } from "../../support/person.ts";
import { routeList } from "../../support/route-rows.ts";
import { type Village, village } from "../../support/village.ts";

/** Everybody who may come to a route; those with a session have a role, the others have none any more, or never had. */
const personas = {
  anonymous: null,
  stranger: null,
  "former member": null,
  suspended: null,
  member: "member",
  moderator: "moderator",
  admin: "admin",
  owner: "owner",
} as const satisfies Record<string, Role | null>;
type Persona = keyof typeof personas;

/** Why access is refused; anything else is an answer of the route itself. */
const refusals = ["not_signed_in", "second_factor_needed", "enrolment_needed", "not_allowed", "proof_needed"];

/** Bob, to whom things are done, is user 2; everybody has a session that has just begun, or has lost it. */
async function settle(): Promise<Village & { as: Record<Persona, Person> }> {
  const settled = await village({
    olivia: "owner",
    bob: "member",
    adam: "admin",
    mona: "moderator",
    mel: "member",
    former: "member",
    suspended: "member",
  });
  const { server, people } = settled;
  await (await people.bob!.enter()).say("Hello");
  const ask = (method: string, path: string, body?: object) => people.olivia!.fetch(method, path, body);
  const cookies = people.former!.cookies;
  expect((await ask("DELETE", "/api/people/6", { messages: "keep" })).status).toBe(204);
  expect((await ask("PUT", "/api/people/7/status", { status: "suspended", reason: "" })).status).toBe(204);
  expect(people.former!.cookies).toBe(cookies);
  const stranger = new Person(server, "stranger");
  stranger.bring(`__Host-session=${"A".repeat(43)}`);
  const as = {
    anonymous: new Person(server, "anonymous"),
    stranger,
    "former member": people.former!,
    suspended: people.suspended!,
    member: people.mel!,
    moderator: people.mona!,
    admin: people.adam!,
    owner: people.olivia!,
  };
  return { ...settled, as };
}

const isRight = (access: string): access is Right => Object.hasOwn(rights, access);

/** The refusal that somebody has to get; null where the route itself answers. */
function refusalFor(persona: Persona, access: string): string | null {
  const role = personas[persona];
  if (access === "anyone") return null;
  if (role === null) return "not_signed_in";
  return isRight(access) && !may(role, access) ? "not_allowed" : null;
}

describe("ASVS 8.2.1 ASVS 8.2.2 ASVS 8.2.3 ASVS 8.3.1 who may use a route, by the table of roles", () => {
  for (const { method, path, address, access, body, status } of routeList) {
    if (status === 101) continue;
    test(`${method} ${path} is for: ${access}`, async () => {
      const { server, base, as } = await settle();
      const outcomes: Record<string, string | null> = {};
      const wanted: Record<string, string | null> = {};
      for (const persona of Object.keys(personas) as Persona[]) {
        const refusal = refusalFor(persona, access);
        const before = contentsOf(base.db);
        const response = await as[persona].fetch(method, address, body);
        const answer = await response.text();
        const code = /"code":"(\w+)"/.exec(answer)?.[1] ?? null;
        // A route without a right that says "not allowed" has looked at more than the role.
        const isOwnAnswer = code === "not_allowed" && !isRight(access);
        outcomes[persona] = code !== null && refusals.includes(code) && !isOwnAnswer ? code : null;
        wanted[persona] = refusal;
        if (refusal !== null) expect([persona, contentsOf(base.db)]).toEqual([persona, before]);
        expect([persona, response.status]).not.toEqual([persona, 500]);
      }
      expect(outcomes).toEqual(wanted);
      await server.stop();
      expect(server.bugs).toEqual([]);
    });
  }
});

describe("ASVS 7.5.1 ASVS 7.5.2 ASVS 7.5.3 what needs a fresh proof is refused without one", () => {
  test("on each of these routes, ten minutes after signing in, to whoever has the right", async () => {
    const { base, people, server } = await village({ alice: "owner", bob: "member" });
    for (const { method, path, address, body, fresh } of routeList) {
      if (!fresh) continue;
      base.db.run("update sessions set proven_at = created_at - 600000");
      const before = contentsOf(base.db);
      const response = await people.alice!.fetch(method, address, body);
      expect([path, (await response.json()).error?.code]).toEqual([path, "proof_needed"]);
      expect(contentsOf(base.db)).toEqual(before);
    }
    await server.stop();
  });
});

describe("ASVS 8.1.1 what is done to people is done to those of a lesser role only", () => {
  const done = routeList.filter(({ path, access }) => path.startsWith("/api/people/:id") && isRight(access));
  for (const { method, path, address, access, body } of done) {
    test(`${method} ${path}`, async () => {
      const everyone = Object.fromEntries(
        roles.flatMap((role) => [
          [`one-${role}`, role],
          [`other-${role}`, role],
        ]),
      );
      for (const role of roles.filter((role) => may(role, access as Right))) {
        let settled = await village(everyone as Record<string, Role>);
        for (const [at, other] of Object.values(everyone).entries()) {
          const target = address.replace("/2", `/${at + 1}`);
          const response = await settled.people[`one-${role}`]!.fetch(method, target, body);
          const isBelow = roles.indexOf(role) > roles.indexOf(other as Role);
          expect([role, other, response.status === 403]).toEqual([role, other, !isBelow]);
          // Who has handed over what they are has not got it any more for the next.
          if (isBelow && path.endsWith("/ownership")) {
            await settled.server.stop();
            settled = await village(everyone as Record<string, Role>);
          }
        }
        await settled.server.stop();
      }
    });
  }
});
