import { describe, expect, test } from "bun:test";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import type { ServerSettings } from "../../../server/protocol/settings.ts";
import { Authenticator, enrol, give } from "../../support/authenticator.ts";
import { carriers, nodeStage } from "../../support/nodes.ts";
import { outcome, outcomeOf } from "../../support/outcome.ts";
import { Person } from "../../support/person.ts";

/** What a change of who may be in may take to be true on every node. */
const boundMs = 2_000;

describe.each(carriers)("%s", (_, spoil) => {
  const { one, two } = nodeStage({ spoil });

  test("ASVS 6.5.1 one code at two nodes at the same moment is taken once", async () => {
    const alice = await new Person(one, "alice").register();
    const { app } = await enrol(alice, Date.now);
    const halves = await Promise.all(
      [one, two, one, two].map(async (node) => {
        const half = await new Person(node, "alice").logIn();
        return half;
      }),
    );
    const code = app.at(Date.now(), 1);
    const outcomes = await Promise.all(halves.map((half) => outcome(give(half, code))));
    expect(outcomes.map(([status]) => status).toSorted()).toEqual([200, 403, 403, 403]);
  });

  test("ASVS 7.4.3 a session on another node that gave a password alone is out once there is an app", async () => {
    const bob = await new Person(one, "bob").register();
    const phone = await new Person(two, "bob").logIn();
    const socket = await phone.enter();
    const offered = await bob.fetch("POST", "/api/account/code", {});
    const { ticket, secret } = await offered.json();
    const code = new Authenticator(secret).at(Date.now());
    // The other node may confirm what this one offered.
    const confirmed = await bob.at(two).fetch("PUT", "/api/account/code", { ticket, code });
    expect(confirmed.status).toBe(200);
    expect(await socket.closed).toBe(closeCodes.proofNeeded);

    const carla = await new Person(one, "carla").register();
    const remote = await new Person(two, "carla").logIn();
    const there = await remote.enter();
    const start = performance.now();
    await enrol(carla, Date.now);
    expect(await there.closed).toBe(closeCodes.proofNeeded);
    expect(performance.now() - start).toBeLessThan(boundMs);
    expect(await outcomeOf(remote.connect())).toThrow("The socket closed");
    await carla.at(two).enter();
  });

  test("the chat's new rule closes the sockets of those it covers on every node", async () => {
    const olga = await new Person(one, "olga").register();
    await enrol(olga, Date.now);
    const { id } = (await olga.get("/api/account")) as { id: number };
    const entry = { at: 0, event: "person.role changed", actorId: null, subjectId: id } as const;
    await one.store.users.setRole(id, "owner", { ...entry, address: null, detail: {} });
    const dora = await new Person(two, "dora").register();
    const [hers, owners] = [await dora.enter(), await olga.at(two).enter()];
    const settings: ServerSettings = await olga.get("/api/settings");
    const changed = await olga.fetch("PUT", "/api/settings", { ...settings, secondFactor: "everyone" });
    expect(changed.status).toBe(204);
    const start = performance.now();
    expect(await hers.closed).toBe(closeCodes.proofNeeded);
    expect(performance.now() - start).toBeLessThan(boundMs);
    await owners.ask("ping", {}, "pong");
    expect(await outcome(dora.fetch("GET", "/api/people"))).toEqual([403, "enrolment_needed"]);
    await enrol(dora, Date.now);
    await dora.enter();
  });
});
