import { describe, expect, test } from "bun:test";
import type { InviteInfo } from "../../../server/protocol/invites.ts";
import { holdNext } from "../../support/hold.ts";
import { outcome } from "../../support/outcome.ts";
import { Person, password } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const {
  server,
  Olga: olga,
  Ada: ada,
  Mia: mia,
} = stage({ people: { Olga: "owner", Ada: "admin", Mia: "member" } });

describe("ASVS 15.4.2 there is an owner, also where somebody becomes it while", () => {
  const meanwhile: [string, () => Promise<Response>, number, string][] = [
    [
      "they delete their account",
      () => mia.fetch("DELETE", "/api/account", { messages: "keep" }),
      409,
      "owner_stays",
    ],
    [
      "an admin deletes it",
      () => ada.fetch("DELETE", "/api/people/3", { messages: "keep" }),
      403,
      "not_allowed",
    ],
    [
      "an admin gives them a role",
      () => ada.fetch("PUT", "/api/people/3/role", { role: "member" }),
      403,
      "not_allowed",
    ],
  ];
  for (const [how, run, status, code] of meanwhile)
    test(how, async () => {
      // It is done in the database, and not known here yet.
      const held = holdNext(server.store.users, "handOver");
      const handingOver = olga.fetch("PUT", "/api/people/3/ownership");
      await held.reached;
      const response = await run();
      held.release();
      expect((await handingOver).status).toBe(204);
      expect((await server.store.users.byId(3))?.role).toBe("owner");
      expect(await outcome(response)).toEqual([status, code]);
    });
});

test("ASVS 8.3.2 who may not invite any more has no invitations that let in", async () => {
  await olga.changeSettings({ registration: "invite" });
  const wanted = { label: "", expiresIn: null, maxUses: null };
  const made = await ada.fetch("POST", "/api/invites", wanted);
  const { token }: InviteInfo = await made.json();
  const join = async (name: string) =>
    (await new Person(server, name).fetch("POST", "/api/account", { name, password, invite: token })).status;
  expect(await join("before")).toBe(201);
  for (const role of ["moderator", "admin"])
    expect((await olga.fetch("PUT", "/api/people/2/role", { role })).status).toBe(204);
  expect(await join("after")).toBe(403);
  const [invite] = (await olga.get("/api/invites")).invites;
  expect(invite.state).toBe("revoked");
});
