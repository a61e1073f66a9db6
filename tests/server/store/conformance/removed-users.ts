import { beforeEach, expect, test } from "bun:test";
import { outcomeOf } from "../../../support/outcome.ts";
import { draft, entryOf, type Ground, idOf, logOf, type OpenGround, settle } from "./ground.ts";
import { anIdentity, anInvite, aPasskey, aReport, aTicket, beginSession } from "./samples.ts";

const entry = entryOf("account.deleted");

/** What is left of a deleted account. */
export function removedUserSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob");
    await ground.store.messages.append([draft("hers", 1), draft("his", 2)]);
  });

  test("ASVS 7.4.2 sessions, factors, tickets and all that is private go with it, and nobody else's", async () => {
    const { users, sessions, factors, tickets, reports, conversations } = ground.store;
    for (const userId of [1, 2]) {
      await beginSession(ground.store, `${userId}`, userId);
      await factors.setTotp(
        userId,
        { secret: "sealed", step: 1, createdAt: 5 },
        [idOf(`code ${userId}`)],
        entry,
      );
      await factors.addPasskey(aPasskey({ id: `${userId}`, userId }), [], entry);
      await factors.addIdentity(anIdentity({ subject: `${userId}`, userId }), entry);
      await tickets.put(aTicket({ id: idOf(`ticket ${userId}`), userId }));
      await reports.add({ ...aReport(), seq: 3 - userId, reporterId: userId }, entry);
      await users.setRole(userId, "moderator", entry);
      await users.mute(userId, 500, entry);
    }
    await users.remove(2);
    const left = [];
    for (const id of [1, 2])
      left.push([
        (await users.byId(id))?.name,
        (await sessions.of(id)).length,
        (await sessions.find(idOf(`${id}`)))?.userId,
        (await factors.totp(id))?.secret,
        await factors.recoveryCodes(id),
        await factors.useRecoveryCode(id, idOf(`code ${id}`), entry),
        (await factors.passkey(`${id}`))?.userId,
        (await factors.identity(anIdentity().issuer, `${id}`))?.userId,
        (await tickets.find(idOf(`ticket ${id}`), "reset", 1))?.userId,
        (await reports.list("all", null, 10)).filter(({ reporterId }) => reporterId === id).length,
        (await conversations.of(id)).length,
      ]);
    expect(left).toEqual([
      ["alice", 1, 1, "sealed", 1, true, 1, 1, 1, 1, 1],
      [undefined, 0, undefined, undefined, 0, false, undefined, undefined, undefined, 0, 0],
    ]);
    expect(await users.muted()).toEqual([{ id: 1, until: 500 }]);
    expect(await users.directory()).toEqual([
      { id: 1, name: "alice", role: "moderator" },
      { id: 2, name: null },
    ]);
    expect(await users.overview(0, 0)).toHaveLength(1);
  });

  test("its messages stay, and reports of them", async () => {
    await ground.store.reports.add({ ...aReport(), seq: 2 }, entry);
    await ground.store.users.remove(2);
    expect((await logOf(ground.store)).map(({ author, body }) => [author, body.text])).toEqual([
      [1, "hers"],
      [2, "his"],
    ]);
    expect(await ground.store.reports.list("open", null, 10)).toMatchObject([
      { message: { body: { text: "his" } } },
    ]);
    expect(await ground.store.users.erasing()).toEqual([]);
  });

  test("invitations it made are revoked, those revoked before and of others stay as they are", async () => {
    const { invites, users } = ground.store;
    const ids = [];
    for (const createdBy of [1, 2, 2])
      ids.push((await invites.create(anInvite({ createdBy }), entryOf("invite.made"))).id);
    await invites.revoke(ids[2]!, 10, entryOf("invite.revoked"));
    await users.remove(2, false, { ...entry, at: 80 });
    const revoked = await Promise.all(ids.map(async (id) => (await invites.find(id))!.revokedAt));
    expect(revoked).toEqual([null, 80, 10]);
    const tried = users.create(
      { name: "eve", passwordHash: null, createdAt: 90 },
      { invite: { id: ids[1]!, at: 90 } },
    );
    expect(await outcomeOf(tried)).toThrow(expect.objectContaining({ code: "invite_invalid" }));
  });

  test("what is to be erased is listed until it is done, over the account's end", async () => {
    const { users } = ground.store;
    await settle(ground.store, "carol");
    await users.remove(2, true);
    await users.remove(3, true);
    await users.remove(1);
    expect((await users.erasing()).toSorted()).toEqual([2, 3]);
    await users.erased(2);
    expect(await users.erasing()).toEqual([3]);
  });

  test("nobody begins a session for it, nor gives it a factor that counts", async () => {
    const { users, sessions, factors } = ground.store;
    await users.remove(2);
    await users.signedIn(2, 500);
    expect(await users.byId(2)).toBeNull();
    expect(await sessions.removeOthers(2, null)).toBe(0);
    expect(await factors.removeTotp(2, entry)).toBe(false);
  });
}
