import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { basename, join } from "node:path";
import { Glob } from "bun";
import { hashOfToken } from "../../../server/auth/link-tokens.ts";
import { projectRoot } from "../../../server/config/environment.ts";
import { loggedStore } from "../../../server/logging/logged-store.ts";
import { securityLog } from "../../../server/logging/security-log.ts";
import type { Store } from "../../../server/store/store.ts";
import type { NewAuditEntry } from "../../../server/store/transaction.ts";
import { system } from "../../../server/system.ts";
import { enrol, give } from "../../support/authenticator.ts";
import { database } from "../../support/database.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { Person, password } from "../../support/person.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { setUpLink } from "../../support/server-settings.ts";

const entry: NewAuditEntry = {
  at: 1,
  event: "house.changed",
  actorId: null,
  subjectId: null,
  address: null,
  detail: {},
};

/** Every method of the store that takes an act, as "users.setRole", by what is written of them. */
async function methodsWithEntry(): Promise<string[]> {
  const method = /^ {2}(\w+)\(((?:(?!\): Promise)[\s\S])*)\): Promise/gm;
  const found: string[] = [];
  for (const file of new Glob("server/store/*.ts").scanSync(projectRoot)) {
    const text = await Bun.file(join(projectRoot, file)).text();
    for (const [, name, given] of text.matchAll(method)) {
      if (/\bentry\??: NewAuditEntry\b|: NewAccount\b|^entry: /.test(given!))
        found.push(`${basename(file, ".ts")}.${name}`);
    }
  }
  return found.sort();
}
const known = await methodsWithEntry();

/** A store whose methods that take an act all answer this. */
function answering(result: unknown): Store {
  const areas = Map.groupBy(known, (method) => method.split(".")[0]!);
  const methods = (names: string[]) => names.map((name) => [name.split(".")[1], async () => result]);
  return Object.fromEntries(
    [...areas].map(([area, names]) => [area, Object.fromEntries(methods(names))]),
  ) as unknown as Store;
}

describe("every method that takes an act", () => {
  const call = async (method: string, result: unknown) => {
    const written: NewAuditEntry[] = [];
    const store = loggedStore(answering(result), (each) => written.push(each));
    const [area, name] = method.split(".") as [keyof Store, string];
    const given = method === "users.create" ? [{}, { entry }] : [{}, entry];
    await (store[area] as unknown as Record<string, (...given: unknown[]) => unknown>)[name]!(...given);
    return written;
  };

  test("is known here", () => expect(known.length).toBeGreaterThan(24));

  for (const method of known) {
    test(`ASVS 16.3.3 ${method} has it logged once it is taken, and not where nothing was changed`, async () => {
      expect(await call(method, { id: 7 })).toEqual([expect.objectContaining({ event: "house.changed" })]);
      for (const nothing of [false, null, 0]) expect(await call(method, nothing)).toEqual([]);
    });
  }
});

describe("the log of a server", () => {
  const { store } = database();
  let lines: string[];
  let server: TestServer;
  beforeEach(async () => {
    lines = [];
    const log = securityLog(system, (line) => lines.push(line));
    server = await startServer({ store: loggedStore(store, log.write), settings: null });
  });
  afterEach(async () => {
    await server.stop();
    expect(server.bugs).toEqual([]);
  });

  test("ASVS 16.3.1 ASVS 16.2.5 says of each act what the audit log says, once, and no secret", async () => {
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

    const entries = (await store.audit.page({}, null, 100)).reverse();
    expect(lines.map((line) => JSON.parse(line))).toEqual(
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
      expect(lines.join("\n")).not.toContain(secret);
    }
  });
});
