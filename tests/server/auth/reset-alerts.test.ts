import { describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { resetAlert, resetKind, resetTicket } from "../../../server/auth/resets.ts";
import { addPasskey, PasskeyDevice, usePasskey } from "../../support/passkey-device.ts";
import { Person } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const { server, time, olga, bob } = stage({ clock: true, people: { olga: "owner", bob: "member" } });

const makeLink = async (): Promise<string> =>
  (await (await olga.fetch("POST", "/api/people/2/reset", {})).json()).token;
const alertsOf = async (person: Person) => person.get("/api/account/alerts");
const see = async (person: Person, id: number) =>
  (await person.fetch("PUT", `/api/account/alerts/${id}`, { seen: true })).status;

describe("ASVS 6.3.7 a reset link is told to its person", () => {
  test("by whom and when, on the devices that are there and on those that come, until it was seen", async () => {
    const phone = await new Person(server, "bob").logIn();
    const [desk, witness] = [await bob.enter(), await olga.enter()];
    expect(desk.entered.alerts).toBeUndefined();
    const at = time.now();
    await makeLink();
    const made = { id: 1, what: "reset link made", at, by: 1, seenAt: null } as const;
    expect((await desk.event("alerts.changed")).alerts).toEqual([made]);
    const pocket = await phone.enter();
    expect(pocket.entered.alerts).toEqual([made]);
    // It is nobody else's to read, or to put away.
    expect(await alertsOf(olga)).toEqual([]);
    expect([await see(olga, 1), await see(bob, 7)]).toEqual([404, 404]);
    time.advance(1_000);
    expect(await see(phone, 1)).toBe(204);
    expect((await desk.event("alerts.changed", ({ alerts }) => alerts.length === 0)).alerts).toEqual([]);
    expect((await bob.enter()).entered.alerts).toBeUndefined();
    // What was seen, perhaps by somebody else, can be read later.
    expect(await alertsOf(bob)).toEqual([{ ...made, seenAt: at + 1_000 }]);
    await witness.ask("ping", {}, "pong");
    expect(witness.events.filter(({ type }) => type === "alerts.changed")).toEqual([]);
  });

  test("once more when it is used: before the other devices have to go, and to who comes in by it", async () => {
    const token = await makeLink();
    const desk = await bob.enter();
    time.advance(60_000);
    const stranger = new Person(server, "stranger");
    const used = await stranger.fetch("POST", "/api/reset", { token, password: "another horse battery" });
    expect(used.status).toBe(200);
    await desk.closed;
    const said = desk.events.flatMap((event) => (event.type === "alerts.changed" ? [event.alerts] : []));
    expect(said.at(-1)).toMatchObject([
      { what: "reset link made", by: 1 },
      { what: "reset link used", by: 1, at: time.now() },
    ]);
    expect((await stranger.enter()).entered.alerts).toHaveLength(2);
  });

  test("again to who comes by their passkey, where somebody else has used it and put that away", async () => {
    const phone = new PasskeyDevice(server);
    await addPasskey(bob, phone);
    // As accounts were before recovery codes came with passkeys: a link opens them.
    server.db.run(sql`update users set has_recovery = 0`);
    time.advance(1_000);
    const token = await makeLink();
    const stranger = new Person(server, "stranger");
    await stranger.fetch("POST", "/api/reset", { token, password: "another horse battery" });
    for (const { id } of await alertsOf(stranger)) expect(await see(stranger, id)).toBe(204);
    expect((await stranger.enter()).entered.alerts).toBeUndefined();
    time.advance(1_000);
    expect((await usePasskey(bob, phone)).status).toBe(200);
    expect((await bob.enter()).entered.alerts).toMatchObject([{ id: 2, what: "reset link used", by: 1 }]);
    expect(await see(bob, 2)).toBe(204);
    time.advance(1_000);
    expect((await usePasskey(bob, phone)).status).toBe(200);
    expect((await bob.enter()).entered.alerts).toBeUndefined();
  });

  test("also where the command at the machine has made it, beside the server", async () => {
    const desk = await bob.enter();
    time.advance(5_000);
    const user = (await server.store.users.byId(2))!;
    const { ticket } = resetTicket(user, null, time);
    await server.store.tickets.removeOf(2, resetKind);
    await server.store.tickets.put(ticket, undefined, resetAlert("reset link made", 2, null, time.now()));
    time.advance(5_000);
    expect((await desk.event("alerts.changed")).alerts).toMatchObject([{ by: null, at: time.now() - 5_000 }]);
  });
});
