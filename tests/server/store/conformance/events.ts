import { beforeEach, expect, test } from "bun:test";
import type { ClusterEvent } from "../../../../server/store/cluster-event.ts";
import { outcomeOf } from "../../../support/outcome.ts";
import { entryOf, type Ground, idOf, type OpenGround, settle } from "./ground.ts";
import { anIdentity, aPasskey, asOwner, beginSession, someSettings } from "./samples.ts";

const entry = entryOf("person.role changed");
const named = (token: string) => idOf(token).toString("base64url");

/** What listeners hear of each commit, to make it true on every node. */
export function eventSuite(open: OpenGround): void {
  let ground: Ground;
  let heard: ClusterEvent[];
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "Alice", "bob", "carol");
    await asOwner(ground.store);
    heard = [];
    ground.store.onCommit(({ events }) => heard.push(...events));
  });

  test("a role is told with all that nodes keep of a person; a member's is not named", async () => {
    await ground.store.users.mute(2, 77, entry);
    await ground.store.users.setRole(2, "moderator", entry);
    await ground.store.users.setRole(2, "member", entry);
    const changed = { kind: "person.changed", status: "active", mutedUntil: 77 } as const;
    expect(heard).toEqual([
      { ...changed, person: { id: 2, name: "bob" } },
      { ...changed, person: { id: 2, name: "bob", role: "moderator" } },
      { ...changed, person: { id: 2, name: "bob" } },
    ]);
  });

  test("who may write again is told, and who never was there is not", async () => {
    await ground.store.users.mute(2, null, entry);
    await ground.store.users.mute(9, 77, entry);
    const person = { id: 2, name: "bob" };
    expect(heard).toEqual([{ kind: "person.changed", person, status: "active", mutedUntil: null }]);
  });

  test("a hand-over is told of both, the former owner first; one that is refused is not", async () => {
    await ground.store.users.handOver(1, 2, entry);
    await ground.store.users.handOver(1, 3, entry);
    const changed = { kind: "person.changed", status: "active", mutedUntil: null } as const;
    expect(heard).toEqual([
      { ...changed, person: { id: 1, name: "Alice", role: "admin" } },
      { ...changed, person: { id: 2, name: "bob", role: "owner" } },
    ]);
  });

  test("a ban is told before the sessions it ended: their sockets hear why", async () => {
    await beginSession(ground.store, "his", 2);
    await ground.store.users.setStatus(2, "banned", "spam", entry);
    const person = { id: 2, name: "bob", barred: true as const };
    expect(heard).toEqual([
      { kind: "person.changed", person, status: "banned", mutedUntil: null },
      { kind: "sessions.ended", userId: 2, by: null, sessions: [named("his")] },
    ]);
  });

  test("sessions that were ended but one are told by their ids; where there was no other, nothing is", async () => {
    for (const token of ["here", "phone", "tablet"]) await beginSession(ground.store, token, 2);
    await ground.store.sessions.removeOthers(2, idOf("here"), entry);
    await ground.store.sessions.removeOthers(2, idOf("here"), entry);
    const [event, ...more] = heard;
    expect(more).toEqual([]);
    expect(event).toMatchObject({ kind: "sessions.ended", userId: 2, by: null });
    const ended = event?.kind === "sessions.ended" ? event.sessions : [];
    expect(ended.toSorted()).toEqual([named("phone"), named("tablet")].toSorted());
  });

  test("ASVS 7.2.4 a session that goes on under another id is told by its former one", async () => {
    await beginSession(ground.store, "former", 2);
    const next = { id: idOf("next"), factors: 2 as const, provenAt: 500 };
    await ground.store.sessions.renew(idOf("former"), next);
    await ground.store.sessions.renew(idOf("former"), { ...next, id: idOf("other") });
    expect(heard).toEqual([{ kind: "session.replaced", session: named("former"), userId: 2 }]);
  });

  test("an authenticator app that comes, or goes, is told", async () => {
    await ground.store.factors.setTotp(2, { secret: "sealed", step: 1, createdAt: 1 }, [], entry);
    await ground.store.factors.removeTotp(2, entry);
    await ground.store.factors.removeTotp(2, entry);
    expect(heard).toEqual([
      { kind: "factors.changed", userId: 2, hasCode: true, hasRecovery: true },
      { kind: "factors.changed", userId: 2, hasCode: false, hasRecovery: false },
    ]);
  });

  test("ASVS 7.4.3 another app, and none, end the other sessions with it, whose devices hear why first", async () => {
    const { factors, sessions } = ground.store;
    for (const token of ["this", "other"]) await beginSession(ground.store, token, 2);
    const totp = { secret: "sealed", step: 1, createdAt: 1 };
    const notice = { type: "pong", ref: "why", now: 5 } as const;
    const kinds = () => heard.splice(0).map(({ kind }) => kind);
    await factors.setTotp(2, totp, [], entry, idOf("this"), notice);
    expect(kinds()).toEqual(["factors.changed"]);
    expect(await sessions.find(idOf("other"))).not.toBeNull();
    await factors.setTotp(2, totp, [], entry, idOf("this"), notice);
    const ended: ClusterEvent = { kind: "sessions.ended", userId: 2, by: null, sessions: [named("other")] };
    const told = { kind: "user.notified", userId: 2, event: notice } as const;
    expect(heard.splice(0).slice(1)).toEqual([told, ended]);
    expect(await sessions.find(idOf("other"))).toBeNull();
    await beginSession(ground.store, "other", 2);
    await factors.removeTotp(2, entry, {}, idOf("this"), notice);
    expect(heard.slice(1)).toEqual([told, ended]);
    expect((await sessions.of(2)).map(({ id }) => id.toString("base64url"))).toEqual([named("this")]);
  });

  test("a passkey that comes is told, and of those that go whether there is another", async () => {
    const { factors } = ground.store;
    for (const id of ["one", "two", "two"]) await factors.addPasskey(aPasskey({ id }), [], entry);
    for (const id of ["one", "one", "two"]) await factors.removePasskey(2, id, entry);
    const changed = { kind: "factors.changed", userId: 2 } as const;
    expect(heard).toEqual([
      { ...changed, hasPasskey: true, hasRecovery: true },
      { ...changed, hasPasskey: true, hasRecovery: true },
      { ...changed, hasPasskey: true },
      { ...changed, hasPasskey: false, hasRecovery: false },
    ]);
  });

  test("how the server is set up is told whole, by whom it begins with as well", async () => {
    const owner = { name: "dora", passwordHash: null, createdAt: 1 };
    await ground.store.users.create(owner, { settings: someSettings() });
    await ground.store.settings.write(someSettings({ name: "The Reds" }), entry);
    expect(heard).toEqual([
      { kind: "settings.changed", settings: someSettings() },
      { kind: "person.registered", person: { id: 4, name: "dora", role: "owner" } },
      { kind: "settings.changed", settings: someSettings({ name: "The Reds" }) },
    ]);
  });

  test("an account that did not come into being is told of by nothing", async () => {
    const { users, factors } = ground.store;
    await factors.addIdentity(anIdentity(), entry);
    const dora = { name: "dora", passwordHash: null, createdAt: 1 };
    const { userId: _, ...identity } = anIdentity();
    expect(await outcomeOf(users.create(dora, { settings: someSettings(), identity }))).toThrow(
      expect.objectContaining({ code: "identity_taken" }),
    );
    expect(await outcomeOf(users.create(dora, { invite: { id: 7, at: 1 } }))).toThrow(
      expect.objectContaining({ code: "invite_invalid" }),
    );
    expect(heard).toEqual([]);
    expect(await ground.store.settings.read()).toBeNull();
  });
}
