import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import type { ServerSettings } from "../../../server/protocol/settings.ts";
import { watchMs } from "../../../server/realtime/watch.ts";
import { enrol, give } from "../../support/authenticator.ts";
import { outcome, outcomeOf } from "../../support/outcome.ts";
import { Person, password, sending } from "../../support/person.ts";
import { routeList } from "../../support/route-rows.ts";
import { stage } from "../../support/stage.ts";

const { server, time, olga } = stage({ clock: true, people: { olga: "owner" } });

async function ask(secondFactor: ServerSettings["secondFactor"]) {
  await olga.changeSettings({ secondFactor });
}
const stageOf = async (person: Person) => (await person.get("/api/session")).stage;

describe("the chat asks for a second factor", () => {
  test("of everyone: who has none is out within a second, and in again once it is set up", async () => {
    await enrol(olga, time.now);
    const alice = await new Person(server, "alice").register();
    const [hers, owners] = [await alice.enter(), await olga.enter()];
    await ask("everyone");
    // Before the next look a command is refused by the socket's end as well.
    time.advance(watchMs);
    expect(await hers.closed).toBe(closeCodes.proofNeeded);
    await owners.ask("ping", {}, "pong");
    expect(await stageOf(alice)).toBe("enrolment");
    expect(await outcomeOf(alice.connect())).toThrow("The socket closed");
    const { app } = await enrol(alice, time.now);
    expect(await stageOf(alice)).toBe("open");
    await alice.enter();

    const phone = await new Person(server, "alice").logIn();
    expect(await stageOf(phone)).toBe("second factor");
    time.advance(30_000);
    expect((await give(phone, app.at(time.now()))).status).toBe(200);
  });

  test("and nothing that is sent over a socket after that counts, not even before the next look", async () => {
    await enrol(olga, time.now);
    const socket = await (await new Person(server, "alice").register()).enter();
    await ask("everyone");
    socket.send("message.send", sending("late"));
    expect(await socket.closed).toBe(closeCodes.proofNeeded);
    expect((await server.store.messages.before("group", null, 10)).messages).toEqual([]);
  });

  test("of sessions that began long ago as well: they prove who they are once more, and then set it up", async () => {
    const alice = await new Person(server, "alice").register();
    const socket = await alice.enter();
    time.advance(60 * 60_000);
    await olga.fetch("POST", "/api/proof", { password });
    await enrol(olga, time.now);
    await ask("everyone");
    time.advance(watchMs);
    expect(await socket.closed).toBe(closeCodes.proofNeeded);
    expect(await stageOf(alice)).toBe("enrolment");
    expect(await outcome(alice.fetch("POST", "/api/account/code", {}))).toEqual([403, "proof_needed"]);
    await alice.fetch("POST", "/api/proof", { password });
    await enrol(alice, time.now);
    await alice.enter();
  });

  test("of admins: of owner and admins, and of nobody else", async () => {
    await enrol(olga, time.now);
    await ask("admins");
    const people = [];
    for (const role of ["member", "moderator", "admin"]) {
      const person = await new Person(server, `some-${role}`).register();
      server.db.run(sql`update users set role = ${role} where name = ${person.name}`);
      people.push([role, await stageOf(person)]);
    }
    expect(people).toEqual([
      ["member", "open"],
      ["moderator", "open"],
      ["admin", "enrolment"],
    ]);
  });

  test("ASVS 6.3.3 who still has to set one up can do that, prove who they are, and leave: nothing else there is", async () => {
    await enrol(olga, time.now);
    await ask("everyone");
    const alice = await new Person(server, "alice").register();
    const allowed: string[] = [];
    for (const { method, path, access } of routeList) {
      if (access === "anyone") continue;
      if (access === "enrolling" || access === "half signed in") {
        allowed.push(`${method} ${path}`);
        continue;
      }
      const asked = alice.fetch(method, path.replace(/:\w+/g, "1"), method === "GET" ? undefined : {});
      expect([method, path, ...(await outcome(asked))]).toEqual([method, path, 403, "enrolment_needed"]);
    }
    const known = [
      "DELETE /api/session",
      "POST /api/session/code",
      "GET /api/account",
      "GET /api/account/factors",
      "POST /api/account/code",
      "PUT /api/account/code",
      "POST /api/proof",
    ];
    // Passkeys are another way to have one.
    expect(allowed.filter((route) => !route.includes("passkey")).toSorted()).toEqual(known.toSorted());
    expect(await outcome(give(alice, "123456"))).toEqual([403, "enrolment_needed"]);
    time.advance(11 * 60_000);
    expect(await outcome(alice.fetch("POST", "/api/account/code", {}))).toEqual([403, "proof_needed"]);
    expect((await alice.fetch("POST", "/api/proof", { password })).status).toBe(200);
    expect(await stageOf(alice)).toBe("enrolment");
    await enrol(alice, time.now);
    expect(await stageOf(alice)).toBe("open");
  });

  test("an app that is asked for and is the only factor cannot be turned off, but replaced", async () => {
    await enrol(olga, time.now);
    await ask("admins");
    expect(await outcome(olga.fetch("DELETE", "/api/account/code", {}))).toEqual([403, "enrolment_needed"]);
    await enrol(olga, time.now);
    await ask("nobody");
    expect((await olga.fetch("DELETE", "/api/account/code", {})).status).toBe(204);
  });

  test("of who has turned the app off before it was asked for, too", async () => {
    const alice = await new Person(server, "alice").register();
    await enrol(alice, time.now);
    expect((await alice.fetch("DELETE", "/api/account/code", {})).status).toBe(204);
    const socket = await alice.enter();
    await enrol(olga, time.now);
    await ask("everyone");
    time.advance(watchMs);
    expect(await socket.closed).toBe(closeCodes.proofNeeded);
    expect(await stageOf(alice)).toBe("enrolment");
  });

  test("and once it does not any more, everybody goes on with what they have", async () => {
    await enrol(olga, time.now);
    await ask("everyone");
    const alice = await new Person(server, "alice").register();
    expect(await stageOf(alice)).toBe("enrolment");
    await ask("nobody");
    expect(await stageOf(alice)).toBe("open");
    await alice.enter();
  });
});
