import { beforeEach, describe, expect, test } from "bun:test";
import { type AuditEvent, auditKeepMs } from "../../../../server/protocol/audit.ts";
import type { AuditFilter } from "../../../../server/store/audit.ts";
import { outcomeOf } from "../../../support/outcome.ts";
import { draft, entryOf, type Ground, type OpenGround, settle } from "./ground.ts";

/** How a store keeps the audit log. */
export function auditSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
  });
  const timesOf = async (filter: AuditFilter = {}, before: number | null = null, limit = 100) =>
    (await ground.store.audit.page(filter, before, limit)).map(({ at }) => at);

  describe("a page", () => {
    test("gives every entry as it was written, the latest first", async () => {
      const known = entryOf("session.began", {
        at: 7,
        detail: { factor: "code", tries: 2, new: true, x: null },
      });
      const unknown = entryOf("session.refused", { at: 5, actorId: null, subjectId: null, address: null });
      await ground.store.audit.add(known);
      await ground.store.audit.add({ ...unknown, detail: {} });
      const page = await ground.store.audit.page({}, null, 10);
      expect(page).toEqual([
        { ...unknown, detail: {}, id: page[0]!.id },
        { ...known, id: page[1]!.id },
      ]);
      expect(page[0]!.id).toBeGreaterThan(page[1]!.id);
    });

    test("holds so many and no more, below the number that is asked for", async () => {
      for (const at of [1, 2, 3, 4, 5]) await ground.store.audit.add(entryOf("house.changed", { at }));
      expect(await timesOf({}, null, 2)).toEqual([5, 4]);
      const [, fourth] = await ground.store.audit.page({}, null, 2);
      expect(await timesOf({}, fourth!.id, 2)).toEqual([3, 2]);
      expect(await timesOf({}, fourth!.id, 10)).toEqual([3, 2, 1]);
      expect(await timesOf({}, 0)).toEqual([]);
    });

    test("is chosen by events, by person on either side, and by time, all at once", async () => {
      const { audit } = ground.store;
      await audit.add(entryOf("person.muted", { at: 10, actorId: 1, subjectId: 2 }));
      await audit.add(entryOf("person.banned", { at: 20, actorId: 2, subjectId: 3 }));
      await audit.add(entryOf("session.refused", { at: 30, actorId: null, subjectId: null }));
      expect(await timesOf({ events: ["person.banned", "session.refused"] })).toEqual([30, 20]);
      expect(await timesOf({ events: [] })).toEqual([]);
      expect(await timesOf({ person: 2 })).toEqual([20, 10]);
      expect(await timesOf({ person: 3 })).toEqual([20]);
      expect(await timesOf({ since: 20 })).toEqual([30, 20]);
      expect(await timesOf({ until: 20 })).toEqual([10]);
      expect(await timesOf({ events: ["person.muted"], person: 2, since: 10, until: 11 })).toEqual([10]);
      expect(await timesOf({ events: ["person.muted"], person: 3 })).toEqual([]);
    });
  });

  test("ASVS 8.2.3 leaves out the reports of others on somebody's messages, also where only the message is told", async () => {
    const { audit, messages, users } = ground.store;
    await settle(ground.store, "alice", "bob");
    await messages.append([draft("hers", 1), draft("his", 2)]);
    await messages.remove("group", 2, 500);
    await users.remove(2);
    const add = (at: number, event: AuditEvent, actorId: number, subjectId: number | null, seq: number) =>
      audit.add(entryOf(event, { at, actorId, subjectId, detail: { conversation: "group", seq } }));
    await add(10, "message.reported", 3, 1, 1);
    await add(20, "report.settled", 4, 2, 2);
    await add(30, "message.deleted", 4, 2, 2);
    await add(40, "message.reported", 3, null, 1);
    await add(50, "report.settled", 4, null, 2);
    await add(60, "message.reported", 3, null, 9);
    await add(70, "message.reported", 2, 2, 2);
    await audit.add(
      entryOf("session.refused", { at: 80, actorId: null, subjectId: null, detail: { seq: "x" } }),
    );
    const besides = (author: number, more: AuditFilter = {}, limit = 100) =>
      timesOf({ besidesReportsOn: author, ...more }, null, limit);
    expect(await besides(9)).toEqual([80, 70, 60, 50, 40, 30, 20, 10]);
    expect(await besides(1)).toEqual([80, 70, 60, 50, 30, 20]);
    expect(await besides(2)).toEqual([80, 70, 60, 40, 30, 10]);
    expect(await besides(2, { person: 2 })).toEqual([70, 30]);
    expect(await besides(1, { events: ["message.reported"] }, 1)).toEqual([70]);
  });

  describe("ASVS 16.4.2 an entry", () => {
    const latest = auditKeepMs * 3;
    beforeEach(async () => {
      for (const at of [latest - auditKeepMs - 1, latest - auditKeepMs + 1, latest])
        await ground.store.audit.add(entryOf("house.changed", { at }));
    });

    test("is never changed, neither young nor old", async () => {
      const before = await ground.store.audit.page({}, null, 10);
      expect(await outcomeOf(ground.run("update audit set actor_id = 9"))).toThrow();
      expect(await outcomeOf(ground.run(`update audit set at = 1 where at < ${latest}`))).toThrow();
      expect(await outcomeOf(ground.run("update audit set detail = '{}'"))).toThrow();
      expect(await ground.store.audit.page({}, null, 10)).toEqual(before);
    });

    test("stays for a year, whoever would delete it", async () => {
      expect(await outcomeOf(ground.run("delete from audit"))).toThrow();
      for (const young of [latest, latest - auditKeepMs + 1])
        expect(await outcomeOf(ground.run(`delete from audit where at = ${young}`))).toThrow();
      expect(await timesOf()).toHaveLength(3);
      await ground.run(`delete from audit where at < ${latest - auditKeepMs}`);
      expect(await timesOf()).toHaveLength(2);
    });

    test("that is old goes when its time is over, and no other", async () => {
      await ground.store.audit.removeOld(latest - auditKeepMs - 1);
      expect(await timesOf()).toHaveLength(3);
      await ground.store.audit.removeOld(Number.MAX_SAFE_INTEGER);
      expect(await timesOf()).toEqual([latest, latest - auditKeepMs + 1]);
    });
  });

  describe("ASVS 16.4.2 one entry that is dated in the future", () => {
    const years = (count: number) => Date.now() + count * auditKeepMs;
    const times = [years(-2), years(-1) + 60_000, years(0), years(30)];
    beforeEach(async () => {
      for (const at of times) await ground.store.audit.add(entryOf("house.changed", { at }));
    });

    test("lets nobody delete the others before their time", async () => {
      for (const at of times.slice(1))
        expect(await outcomeOf(ground.run(`delete from audit where at = ${at}`))).toThrow();
      expect(await outcomeOf(ground.run("delete from audit"))).toThrow();
      expect(await timesOf()).toEqual(times.toReversed());
    });

    test("makes nothing go before its time, and lets go what is due", async () => {
      await ground.store.audit.removeOld(years(29));
      expect(await timesOf()).toEqual(times.slice(1).toReversed());
    });
  });

  test("ASVS 16.4.2 an entry is never written in place of another", async () => {
    await ground.store.audit.add(entryOf("house.changed", { at: 5 }));
    await ground.store.audit.add(entryOf("house.changed", { at: 6 }));
    const before = await ground.store.audit.page({}, null, 10);
    for (const statement of ground.replacing(before[1]!.id))
      expect([statement, await ground.run(statement).catch(() => "refused")]).toEqual([statement, "refused"]);
    expect(await ground.store.audit.page({}, null, 10)).toEqual(before);
    await ground.store.audit.add(entryOf("house.changed", { at: 7 }));
    expect(await timesOf()).toEqual([7, 6, 5]);
  });

  test("nothing old in an empty log is nothing to be removed", async () => {
    await ground.store.audit.removeOld(Number.MAX_SAFE_INTEGER);
    expect(await timesOf()).toEqual([]);
  });
}
