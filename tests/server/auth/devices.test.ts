import { beforeEach, describe, expect, test } from "bun:test";
import { nameOf } from "../../../server/auth/devices.ts";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import type { DeviceInfo } from "../../../server/protocol/devices.ts";
import { enrol } from "../../support/authenticator.ts";
import { outcome } from "../../support/outcome.ts";
import { Person, password } from "../../support/person.ts";
import { fromHeader, startServer } from "../../support/server.ts";
import { stage } from "../../support/stage.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const chrome =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const iphone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

let phone: Person;
const { server, time, alice: desk, audited } = stage({ clock: true, people: ["alice"] });

beforeEach(async () => {
  phone = new Person(server, "alice");
  time.advance(minute);
  const from = { "user-agent": iphone, [fromHeader]: "203.0.113.5" };
  await phone.fetch("POST", "/api/session", { name: "alice", password }, from);
});

const devicesOf = async (person: Person): Promise<DeviceInfo[]> => person.get("/api/account/sessions");
const other = async (person: Person) => (await devicesOf(person)).find(({ isThis }) => !isThis)!;
const end = (person: Person, id: string) => person.fetch("DELETE", `/api/account/sessions/${id}`, {});

describe("the list of devices", () => {
  test("says of each what it is, where it is, and since when; and which one asks", async () => {
    const start = time.now() - minute;
    expect(await devicesOf(phone)).toEqual([
      {
        id: expect.stringMatching(/^[\w-]{22}$/),
        isThis: true,
        label: null,
        browser: "Safari",
        system: "iOS",
        address: "203.0.113.5",
        createdAt: start + minute,
        seenAt: start + minute,
        isTwoStep: false,
        isWaiting: false,
        isBound: false,
      },
      expect.objectContaining({ isThis: false, address: "127.0.0.1", createdAt: start, seenAt: start }),
    ]);
    const ids = (await server.store.sessions.of(1)).map(({ id }) => id.toString("base64url"));
    const text = JSON.stringify(await devicesOf(phone));
    expect(ids.filter((id) => text.includes(id))).toEqual([]);
  });

  test("names browsers and systems as they name themselves, and nothing where they do not", () => {
    expect(nameOf(chrome)).toEqual({ browser: "Chrome", system: "Linux" });
    expect(nameOf(iphone)).toEqual({ browser: "Safari", system: "iOS" });
    expect(nameOf("")).toEqual({ browser: null, system: null });
    for (const odd of ["()", "<b>", "a/".repeat(100), "\u202e/1", "__proto__/1", `${"(".repeat(200)}`])
      expect(() => nameOf(odd)).not.toThrow();
  });

  test("leaves out what has ended by the clock, and tells what is only half logged in while that lasts", async () => {
    await enrol(desk, time.now);
    time.advance(minute);
    await new Person(server, "alice").logIn();
    const waiting = async () => (await devicesOf(desk)).map(({ isWaiting }) => isWaiting);
    // The phone, too, has given a password alone, and is asked for a code from now on.
    expect((await waiting()).toSorted()).toEqual([false, true, true]);
    time.advance(29 * minute);
    expect((await waiting()).toSorted()).toEqual([false, true]);
    time.advance(minute);
    expect(await waiting()).toEqual([false]);
    time.advance(6 * day);
    expect(await waiting()).toEqual([false]);
  });

  test("a name is given by the account's owner only, and goes where nothing is given", async () => {
    const bob = await new Person(server, "bob").register();
    const { id } = await other(desk);
    const name = (person: Person, label: string) =>
      person.fetch("PUT", `/api/account/sessions/${id}`, { label });
    expect(await outcome(name(bob, "Mine"))).toEqual([404, "unknown_device"]);
    expect((await name(desk, "My phone")).status).toBe(204);
    expect((await other(desk)).label).toBe("My phone");
    expect((await name(desk, "")).status).toBe(204);
    expect((await other(desk)).label).toBeNull();
  });
});

describe("ending sessions", () => {
  test("ASVS 7.5.2 one: its sockets close within a second, its token opens nothing, the others stay", async () => {
    const [here, there] = [await desk.enter(), await phone.enter()];
    const { id } = await other(desk);
    expect((await end(desk, id)).status).toBe(204);
    expect(await there.closesSoon()).toBe(closeCodes.signedOut);
    expect([await phone.status(), await desk.status()]).toEqual([401, 200]);
    await here.ask("ping", {}, "pong");
    expect(await audited("session.ended")).toMatchObject([{ actorId: 1 }]);
    expect(await outcome(end(desk, id))).toEqual([404, "unknown_device"]);
  });

  test("ASVS 7.4.3 all others: only the one that asks is left", async () => {
    const third = await new Person(server, "alice").logIn();
    const sockets = await Promise.all([phone, third].map((person) => person.enter()));
    const here = await desk.enter();
    expect((await desk.fetch("DELETE", "/api/account/sessions", {})).status).toBe(204);
    expect(await Promise.all(sockets.map((socket) => socket.closesSoon()))).toEqual(
      Array(2).fill(closeCodes.signedOut),
    );
    expect([await phone.status(), await third.status(), await desk.status()]).toEqual([401, 401, 200]);
    await here.ask("ping", {}, "pong");
    expect(await devicesOf(desk)).toMatchObject([{ isThis: true }]);
    expect(await audited("session.others ended")).toMatchObject([{ actorId: 1 }]);
  });

  test("ASVS 7.5.2 both need a fresh proof, and nobody ends what is somebody else's", async () => {
    const bob = await new Person(server, "bob").register();
    const { id } = await other(desk);
    expect(await outcome(end(bob, id))).toEqual([404, "unknown_device"]);
    time.advance(11 * minute);
    expect(await outcome(end(desk, id))).toEqual([403, "proof_needed"]);
    const others = desk.fetch("DELETE", "/api/account/sessions", {});
    expect(await outcome(others)).toEqual([403, "proof_needed"]);
    expect(await phone.status()).toBe(200);
    await desk.fetch("POST", "/api/proof", { password });
    expect((await end(desk, id)).status).toBe(204);
  });

  test("ASVS 7.4.5 an admin ends all sessions of somebody, and nobody below does", async () => {
    const admin = await new Person(server, "anton").register();
    const member = await new Person(server, "maria").register();
    const owner = { at: 0, event: "person.role changed", actorId: null, subjectId: 2 } as const;
    await server.store.users.setRole(2, "admin", { ...owner, address: null, detail: {} });
    const again = await startServer({ store: server.store, system: time });
    for (const person of [admin, member, desk, phone]) person.moveTo(again);
    const sockets = [await desk.enter(), await phone.enter()];
    const by = (person: Person) => person.fetch("DELETE", "/api/people/1/sessions", {});
    expect((await by(member)).status).toBe(403);
    expect((await by(admin)).status).toBe(204);
    expect(await Promise.all(sockets.map((socket) => socket.closesSoon()))).toEqual(
      Array(2).fill(closeCodes.signedOut),
    );
    expect([await desk.status(), await phone.status()]).toEqual([401, 401]);
    await again.app.drain();
    await again.server.stop(true);
  });
});

describe("a new sign-in", () => {
  test("ASVS 6.3.7 is told to the devices there are, with what it came from, and not to itself", async () => {
    const socket = await desk.enter();
    const bob = await (await new Person(server, "bob").register()).enter();
    const laptop = new Person(server, "alice");
    await laptop.fetch("POST", "/api/session", { name: "alice", password }, { "user-agent": chrome });
    expect(await socket.event("account.notified")).toEqual({
      type: "account.notified",
      what: "session.began",
      device: "Chrome on Linux",
      at: time.now(),
    });
    const own = await laptop.enter();
    await own.say("after all of it");
    await bob.event("message.sent");
    for (const { events } of [own, bob])
      expect(events.filter(({ type }) => type === "account.notified")).toEqual([]);
  });
});
