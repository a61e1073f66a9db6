import { beforeEach, expect, test } from "bun:test";
import { alertsMax, type NewAlert } from "../../../../server/store/alerts.ts";
import { entryOf, type Ground, idOf, type OpenGround, settle } from "./ground.ts";
import { aTicket } from "./samples.ts";

/** How a store keeps what people have to know of their accounts. */
export function alertSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob");
  });
  const alertOf = (userId: number, more: Partial<NewAlert> = {}): NewAlert => ({
    userId,
    what: "reset link made",
    at: 7,
    by: 1,
    ...more,
  });
  const put = (token: string, alert: NewAlert) =>
    ground.store.tickets.put(aTicket({ id: idOf(token) }), entryOf("password.reset link made"), alert);

  test("are written with what they tell, for their person alone, and stay until they were seen", async () => {
    const { alerts } = ground.store;
    expect([await alerts.latest(), await alerts.of(2)]).toEqual([0, []]);
    await put("one", alertOf(2));
    await put("two", alertOf(2, { by: null, at: 8 }));
    await put("hers", alertOf(1));
    const [second, first] = await alerts.of(2);
    expect([first, second]).toMatchObject([
      { what: "reset link made", at: 7, by: 1, seenAt: null },
      { by: null, at: 8 },
    ]);
    expect(await alerts.unseen(2)).toEqual([first!, second!]);
    expect(await alerts.see(1, first!.id, 9)).toBe(false);
    expect([await alerts.see(2, first!.id, 9), await alerts.see(2, first!.id, 10)]).toEqual([true, false]);
    expect(await alerts.unseen(2)).toEqual([second!]);
    expect(await alerts.of(2)).toEqual([second!, { ...first!, seenAt: 9 }]);
    expect(await alerts.latest()).toBeGreaterThan(second!.id);
    expect((await alerts.toldAfter(first!.id)).toSorted()).toEqual([1, 2]);
    expect(await alerts.toldAfter(second!.id)).toEqual([1]);
  });

  test("are written where the ticket or the password is, and not otherwise", async () => {
    const { alerts, users } = ground.store;
    await put("one", alertOf(2));
    await put("one", alertOf(2)).catch(() => {});
    const used = alertOf(2, { what: "reset link used" });
    const set = (was: string) =>
      users.setPassword(2, "1:new", was, undefined, entryOf("password.reset"), used);
    expect([await set("another"), (await alerts.of(2)).length]).toEqual([false, 1]);
    expect([await set("1:hash"), (await alerts.of(2))[0]?.what]).toEqual([true, "reset link used"]);
  });

  test("that tell of a link which was used after a time are to be seen again, and no others", async () => {
    const { alerts } = ground.store;
    const used = "reset link used";
    for (const at of [7, 8, 9]) await put(`used ${at}`, alertOf(2, { what: used, at }));
    await put("made", alertOf(2, { at: 9 }));
    await put("hers", alertOf(1, { what: used, at: 9 }));
    for (const userId of [1, 2])
      for (const { id } of await alerts.of(userId)) await alerts.see(userId, id, 10);
    await alerts.tellAgain(2, 7);
    expect(await alerts.unseen(2)).toMatchObject([
      { what: used, at: 8 },
      { what: used, at: 9 },
    ]);
    expect(await alerts.unseen(1)).toEqual([]);
  });

  test("are as many as are kept, the latest, and go with the account", async () => {
    const { alerts, users } = ground.store;
    await put("hers", alertOf(1));
    for (let at = 0; at < alertsMax + 3; at++) await put(`${at}`, alertOf(2, { at }));
    const kept = await alerts.of(2);
    expect([kept.length, kept[0]?.at, kept.at(-1)?.at]).toEqual([alertsMax, alertsMax + 2, 3]);
    await users.remove(2, true, entryOf("account.deleted"));
    expect([await alerts.of(2), (await alerts.of(1)).length]).toEqual([[], 1]);
  });
}
