import { beforeEach, expect, test } from "bun:test";
import type { Act } from "../../../../server/db/kept/audit.ts";
import type { Store } from "../../../../server/db/store.ts";
import { outcomeOf } from "../../../support/outcome.ts";
import { everything } from "./everything.ts";
import { actOf, draft, type Ground, idOf, type OpenGround, settle } from "./ground.ts";
import {
  aHouse,
  anIdentity,
  anInvite,
  aPasskey,
  aReport,
  asOwner,
  aTicket,
  beginSession,
} from "./samples.ts";

interface Deed {
  /** What has to be there first. */
  first?: (store: Store) => Promise<unknown>;
  does: (store: Store, act: Act) => Promise<unknown>;
  /** What the same a second time answers, where it changes nothing and so is no act. */
  again?: unknown;
  /** What the store adds to the act. */
  adds?: Partial<Act>;
}

const withTotp = ({ factors }: Store) =>
  factors.setTotp(2, { secret: "sealed", step: 1, createdAt: 5 }, [idOf("code")], actOf("code.added"));

/** Every method that takes an act; Bob, whose id is 2, is whom it is done to. */
const deeds: Record<string, Deed> = {
  "users.setPassword": {
    does: ({ users }, act) => users.setPassword(2, "1:new", "1:hash", undefined, act),
    again: false,
  },
  "users.setRole": { does: ({ users }, act) => users.setRole(2, "moderator", act) },
  "users.handOver": { first: asOwner, does: ({ users }, act) => users.handOver(1, 2, act), again: false },
  "users.setStanding": { does: ({ users }, act) => users.setStanding(2, "banned", "spam", act) },
  "users.mute": { does: ({ users }, act) => users.mute(2, 99, act) },
  "users.remove": { does: ({ users }, act) => users.remove(2, true, act), again: undefined },
  "sessions.create": {
    does: ({ sessions }, act) =>
      sessions.create({ id: idOf("new"), userId: 2, device: "b", createdAt: 9 }, act),
  },
  "sessions.renew": {
    does: ({ sessions }, act) =>
      sessions.renew(idOf("bob"), { id: idOf("new"), factors: 2, provenAt: 9 }, act),
    again: false,
  },
  "sessions.remove": { does: ({ sessions }, act) => sessions.remove(idOf("bob"), act), again: undefined },
  "sessions.removeOthers": { does: ({ sessions }, act) => sessions.removeOthers(2, null, act), again: 0 },
  "factors.setTotp": {
    does: ({ factors }, act) =>
      factors.setTotp(2, { secret: "sealed", step: 1, createdAt: 5 }, [idOf("code")], act),
  },
  "factors.removeTotp": {
    first: withTotp,
    does: ({ factors }, act) => factors.removeTotp(2, act),
    again: false,
  },
  "factors.setRecoveryCodes": {
    first: withTotp,
    does: ({ factors }, act) => factors.setRecoveryCodes(2, [idOf("x"), idOf("y")], act),
  },
  "factors.useRecoveryCode": {
    first: withTotp,
    does: ({ factors }, act) => factors.useRecoveryCode(2, idOf("code"), act),
    again: false,
  },
  "factors.addPasskey": { does: ({ factors }, act) => factors.addPasskey(aPasskey(), [], act), again: null },
  "factors.removePasskey": {
    first: ({ factors }) => factors.addPasskey(aPasskey(), [], actOf("passkey.added")),
    does: ({ factors }, act) => factors.removePasskey(2, aPasskey().id, act),
    again: null,
  },
  "factors.addIdentity": { does: ({ factors }, act) => factors.addIdentity(anIdentity(), act), again: false },
  "factors.removeIdentities": {
    first: ({ factors }) => factors.addIdentity(anIdentity(), actOf("provider.linked")),
    does: ({ factors }, act) => factors.removeIdentities(2, anIdentity().provider, act),
    again: false,
  },
  "tickets.put": { does: ({ tickets }, act) => tickets.put(aTicket(), act) },
  "invites.create": {
    does: ({ invites }, act) => invites.create(anInvite(), act),
    adds: { detail: { why: "it was asked for", invite: expect.any(Number) as unknown as number } },
  },
  "invites.revoke": {
    first: ({ invites }) => invites.create(anInvite(), actOf("invite.made")),
    does: async ({ invites }, act) => invites.revoke((await invites.all())[0]!.id, 9, act),
    again: false,
  },
  "house.write": { does: ({ house }, act) => house.write(aHouse(), act) },
  "reports.add": { does: ({ reports }, act) => reports.add(aReport(), act), again: true },
  "reports.settle": {
    first: ({ reports }) => reports.add(aReport(), actOf("message.reported")),
    does: async ({ reports }, act) => {
      const [report] = await reports.list("all", null, 1);
      return reports.settle(report!.id, { at: 9, userId: 1, outcome: "kept" }, act);
    },
    again: false,
  },
  "messages.remove": { does: ({ messages }, act) => messages.remove("group", 1, 9, act), again: null },
  "audit.add": { does: ({ audit }, act) => audit.add(act) },
};

/** What is done and the line of the audit log that tells of it are one. */
export function actSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob");
    await beginSession(ground.store, "bob", 2);
    await ground.store.messages.append([draft("hello", 2)]);
  });

  for (const [method, { first, does, again, adds }] of Object.entries(deeds)) {
    const act = actOf("house.changed", { at: 77 });

    test(`ASVS 2.3.3 ${method} does nothing where the audit log cannot be written, and writes one line where it can`, async () => {
      const { store } = ground;
      await first?.(store);
      const before = await everything(store);

      await ground.run("alter table audit rename to elsewhere");
      expect(await outcomeOf(does(store, act))).toThrow();
      await ground.run("alter table elsewhere rename to audit");
      expect(await everything(store)).toEqual(before);

      await does(store, act);
      const after = await everything(store);
      expect(after.acts).toEqual([{ ...act, ...adds, id: expect.any(Number) }, ...before.acts]);
      if (method !== "audit.add") expect({ ...after, acts: before.acts }).not.toEqual(before);
    });

    if (again === undefined && !["users.remove", "sessions.remove"].includes(method)) continue;
    test(`${method} a second time changes nothing, and is no act`, async () => {
      const { store } = ground;
      await first?.(store);
      await does(store, act);
      const before = await everything(store);
      expect(await does(store, act)).toEqual(again);
      expect(await everything(store)).toEqual(before);
    });
  }
}
