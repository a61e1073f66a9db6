import { beforeEach, expect, test } from "bun:test";
import { outcomeOf } from "../../../support/outcome.ts";
import { type Ground, idOf, type OpenGround, settle } from "./ground.ts";
import { aTicket } from "./samples.ts";

/** What a store keeps for a short time. */
export function ticketSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob");
  });
  const found = (token: string, kind = "reset", now = 1) => ground.store.tickets.find(idOf(token), kind, now);

  test("are found as they were put, as long as they are neither taken nor expired, under their kind alone", async () => {
    const { tickets } = ground.store;
    await tickets.put(aTicket());
    await tickets.put(aTicket({ id: idOf("nobody's"), kind: "passkey", userId: null }));
    expect(await found("ticket", "reset", 999)).toEqual(aTicket());
    expect(await found("ticket", "reset", 1000)).toBeNull();
    expect(await found("ticket", "passkey")).toBeNull();
    expect(await found("other")).toBeNull();
    expect(await found("nobody's", "passkey")).toMatchObject({ userId: null });
  });

  test("ASVS 6.4.1 are taken once, before their time is over, and as what they are", async () => {
    const { tickets } = ground.store;
    await tickets.put(aTicket());
    expect(await tickets.take(idOf("ticket"), "passkey", 1)).toBeNull();
    expect(await tickets.take(idOf("ticket"), "reset", 1000)).toBeNull();
    expect(await tickets.take(idOf("ticket"), "reset", 999)).toEqual(aTicket());
    expect(await tickets.take(idOf("ticket"), "reset", 1)).toBeNull();
    expect(await found("ticket")).toBeNull();
  });

  test("ASVS 15.4.2 of fifty who take one at once, one gets it", async () => {
    const { tickets } = ground.store;
    await tickets.put(aTicket());
    const taken = await Promise.all(
      Array.from({ length: 50 }, () => tickets.take(idOf("ticket"), "reset", 1)),
    );
    expect(taken.filter((ticket) => ticket !== null)).toEqual([aTicket()]);
  });

  test("are never written over: the same token again is an error", async () => {
    const { tickets } = ground.store;
    await tickets.put(aTicket());
    expect(await outcomeOf(tickets.put(aTicket({ userId: 1, data: "other" })))).toThrow();
    expect(await found("ticket")).toEqual(aTicket());
  });

  test("of one person and kind end together, and nobody else's with them", async () => {
    const { tickets } = ground.store;
    await tickets.put(aTicket({ id: idOf("a") }));
    await tickets.put(aTicket({ id: idOf("b") }));
    await tickets.put(aTicket({ id: idOf("hers"), userId: 1 }));
    await tickets.put(aTicket({ id: idOf("passkey"), kind: "passkey" }));
    await tickets.removeOf(2, "reset");
    expect([await found("a"), await found("b")]).toEqual([null, null]);
    expect(await found("hers")).not.toBeNull();
    expect(await found("passkey", "passkey")).not.toBeNull();
  });

  test("go once they have expired", async () => {
    const { tickets } = ground.store;
    await tickets.put(aTicket({ id: idOf("early"), expiresAt: 500 }));
    await tickets.put(aTicket({ id: idOf("late"), expiresAt: 501 }));
    await tickets.removeExpired(500);
    expect(await found("early")).toBeNull();
    expect(await found("late")).not.toBeNull();
  });
}
