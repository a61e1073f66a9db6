import { beforeEach, expect, test } from "bun:test";
import { entryOf, type Ground, type OpenGround, settle } from "./ground.ts";
import { anInvite } from "./samples.ts";

const made = entryOf("invite.made");

/** How a store keeps invitations; how they are used up stands with the new accounts. */
export function inviteSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob");
  });

  test("are kept as they were made, unused, and listed the latest first", async () => {
    const { invites } = ground.store;
    const limited = anInvite({ expiresAt: 90, maxUses: 3, label: "" });
    const first = await invites.create(anInvite(), made);
    const second = await invites.create(limited, made);
    expect(first).toEqual({ ...anInvite(), id: first.id, uses: 0, revokedAt: null });
    expect(second).toEqual({ ...limited, id: second.id, uses: 0, revokedAt: null });
    expect(second.id).toBeGreaterThan(first.id);
    expect(await invites.find(first.id)).toEqual(first);
    expect(await invites.find(second.id + 1)).toBeNull();
    expect(await invites.all()).toEqual([second, first]);
  });

  test("are revoked once, each by itself", async () => {
    const { invites } = ground.store;
    const [first, second] = [await invites.create(anInvite(), made), await invites.create(anInvite(), made)];
    const revoked = entryOf("invite.revoked");
    expect(await invites.revoke(first.id, 60, revoked)).toBe(true);
    expect(await invites.revoke(first.id, 70, revoked)).toBe(false);
    expect(await invites.revoke(second.id + 1, 70, revoked)).toBe(false);
    expect(await invites.all()).toEqual([second, { ...first, revokedAt: 60 }]);
  });

  test("the line of the audit log names the invitation", async () => {
    const { id } = await ground.store.invites.create(anInvite(), made);
    expect(await ground.store.audit.page({}, null, 1)).toMatchObject([
      { event: "invite.made", detail: { ...made.detail, invite: id } },
    ]);
  });
}
