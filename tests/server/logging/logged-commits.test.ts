import { afterEach, beforeEach, expect, test } from "bun:test";
import { hashOfToken } from "../../../server/auth/link-tokens.ts";
import { system } from "../../../server/system.ts";
import { enrol, give } from "../../support/authenticator.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { Person, password } from "../../support/person.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { setUpLink } from "../../support/server-settings.ts";

let server: TestServer;
beforeEach(async () => {
  server = await startServer({ settings: null });
});
afterEach(async () => {
  await server.stop();
  expect(server.bugs).toEqual([]);
});

test("ASVS 16.3.1 ASVS 16.2.5 the security log says of each entry what the audit log says, once, and no secret", async () => {
  const secrets: string[] = [];
  const link = setUpLink(server);
  const owner = await new Person(server, "Olga").setUp(link);
  secrets.push(link.split("#")[1]!, password, owner.cookies.split("=")[1]!.slice(0, 20));

  const wrong = "canary of a wrong password";
  expect((await owner.signIn(wrong)).status).toBe(401);
  const wanted = { label: "for Bob", expiresIn: 3_600_000, maxUses: 1 };
  const { token } = await (await owner.fetch("POST", "/api/invites", wanted)).json();
  const bob = new Person(server, "bob").withKey();
  await bob.fetch("POST", "/api/account", { name: "bob", password, invite: token });
  const { secret, recoveryCodes } = await enrol(bob, system.now);
  secrets.push(
    wrong,
    token,
    secret,
    ...recoveryCodes,
    ...recoveryCodes.map((code) => code.replaceAll("-", "")),
  );
  expect((await bob.signIn()).status).toBe(200);
  expect((await give(bob, "000000")).status).toBe(403);
  expect((await give(bob, recoveryCodes[0]!)).status).toBe(200);
  secrets.push(...bob.cookies.split("; ").map((cookie) => cookie.split("=")[1]!.slice(0, 20)));

  const own = bob.key!;
  expect((await bob.withKey().fetch("GET", "/api/account")).status).toBe(401);
  expect(await outcomeOf(bob.connect())).toThrow("The socket closed");
  secrets.push(own, bob.key!, ...[own, bob.key!].map((key) => hashOfToken(key).toString("base64url")));
  bob.withKey(own);

  const socket = await bob.enter();
  const text = "canary of a message";
  const { seq } = await socket.say(text);
  await owner.fetch("POST", "/api/reports", { conversation: "group", seq, reason: "spam" });
  const reset = await (await owner.fetch("POST", "/api/people/2/reset", {})).json();
  secrets.push(text, reset.token);
  expect((await owner.fetch("PUT", "/api/people/2/role", { role: "moderator" })).status).toBe(204);
  expect((await bob.fetch("DELETE", "/api/session")).status).toBe(204);

  const entries = (await server.store.audit.page({}, null, 100)).reverse();
  const lines = server.log.map((line) => JSON.parse(line));
  expect(lines.filter(({ event }) => event !== "request.refused")).toEqual(
    entries.map(({ at, event, actorId, subjectId, address, detail }) => ({
      time: new Date(at).toISOString(),
      event,
      actor: actorId,
      subject: subjectId,
      source: address,
      detail,
    })),
  );
  const events = entries.map(({ event }) => event);
  for (const event of [
    "house.set up",
    "session.refused",
    "invite.made",
    "account.registered",
    "code.added",
    "session.began",
    "recovery.used",
    "message.reported",
    "password.reset link made",
    "person.role changed",
    "session.ended",
  ])
    expect(events).toContain(event as (typeof events)[number]);
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(9);
    expect(server.log.join("\n")).not.toContain(secret);
  }
});
