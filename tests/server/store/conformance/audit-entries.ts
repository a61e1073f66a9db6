import { beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { Glob } from "bun";
import { projectRoot } from "../../../../server/config/environment.ts";
import type { NewRoom } from "../../../../server/store/rooms.ts";
import type { Store } from "../../../../server/store/store.ts";
import type { NewAuditEntry } from "../../../../server/store/transaction.ts";
import { outcomeOf } from "../../../support/outcome.ts";
import { everything } from "./everything.ts";
import { draft, entryOf, type Ground, idOf, type OpenGround, settle } from "./ground.ts";
import {
  anIdentity,
  anInvite,
  aPasskey,
  aReport,
  asOwner,
  aTicket,
  beginSession,
  someSettings,
} from "./samples.ts";

interface ModerationAction {
  /** What has to be there first. */
  first?: (store: Store) => Promise<unknown>;
  does: (store: Store, entry: NewAuditEntry) => Promise<unknown>;
  /** What the same a second time answers, where it changes nothing and so makes no entry. */
  again?: unknown;
  /** What the store adds to the entry. */
  adds?: Partial<NewAuditEntry>;
}

const withTotp = ({ factors }: Store) =>
  factors.setTotp(2, { secret: "sealed", step: 1, createdAt: 5 }, [idOf("code")], entryOf("code.added"));

const aRoom: NewRoom = {
  ...{ id: "room:aaaaaaaaaaaaaaaa", name: "Plans", description: "" },
  ...{ access: "public", history: "all", writers: "everyone" },
};
const withRoom = ({ rooms }: Store) => rooms.create(aRoom, 1, [2], 5);

/** Every method that takes an entry; Bob, whose id is 2, is whom it is done to. */
const actions: Record<string, ModerationAction> = {
  "users.setPassword": {
    does: ({ users }, entry) => users.setPassword(2, "1:new", "1:hash", undefined, entry),
    again: false,
  },
  "users.setRole": { does: ({ users }, entry) => users.setRole(2, "moderator", entry) },
  "users.handOver": { first: asOwner, does: ({ users }, entry) => users.handOver(1, 2, entry), again: false },
  "users.setStatus": { does: ({ users }, entry) => users.setStatus(2, "banned", "spam", entry) },
  "users.mute": { does: ({ users }, entry) => users.mute(2, 99, entry) },
  "users.remove": { does: ({ users }, entry) => users.remove(2, true, entry), again: undefined },
  "sessions.create": {
    does: ({ sessions }, entry) =>
      sessions.create({ id: idOf("new"), userId: 2, device: "b", createdAt: 9 }, entry),
  },
  "sessions.renew": {
    does: ({ sessions }, entry) =>
      sessions.renew(idOf("bob"), { id: idOf("new"), factors: 2, provenAt: 9 }, entry),
    again: false,
  },
  "sessions.remove": { does: ({ sessions }, entry) => sessions.remove(idOf("bob"), entry), again: undefined },
  "sessions.removeOthers": { does: ({ sessions }, entry) => sessions.removeOthers(2, null, entry), again: 0 },
  "factors.setTotp": {
    does: ({ factors }, entry) =>
      factors.setTotp(2, { secret: "sealed", step: 1, createdAt: 5 }, [idOf("code")], entry),
  },
  "factors.removeTotp": {
    first: withTotp,
    does: ({ factors }, entry) => factors.removeTotp(2, entry),
    again: false,
  },
  "factors.setRecoveryCodes": {
    first: withTotp,
    does: ({ factors }, entry) => factors.setRecoveryCodes(2, [idOf("x"), idOf("y")], entry),
  },
  "factors.useRecoveryCode": {
    first: withTotp,
    does: ({ factors }, entry) => factors.useRecoveryCode(2, idOf("code"), entry),
    again: false,
  },
  "factors.addPasskey": {
    does: ({ factors }, entry) => factors.addPasskey(aPasskey(), [], entry),
    again: null,
  },
  "factors.removePasskey": {
    first: ({ factors }) => factors.addPasskey(aPasskey(), [], entryOf("passkey.added")),
    does: ({ factors }, entry) => factors.removePasskey(2, aPasskey().id, entry),
    again: null,
  },
  "factors.addIdentity": {
    does: ({ factors }, entry) => factors.addIdentity(anIdentity(), entry),
    again: false,
  },
  "factors.removeIdentities": {
    first: ({ factors }) => factors.addIdentity(anIdentity(), entryOf("provider.linked")),
    does: ({ factors }, entry) => factors.removeIdentities(2, anIdentity().provider, entry),
    again: false,
  },
  "tickets.put": { does: ({ tickets }, entry) => tickets.put(aTicket(), entry) },
  "invites.create": {
    does: ({ invites }, entry) => invites.create(anInvite(), entry),
    adds: { detail: { why: "it was asked for", invite: expect.any(Number) as unknown as number } },
  },
  "invites.revoke": {
    first: ({ invites }) => invites.create(anInvite(), entryOf("invite.made")),
    does: async ({ invites }, entry) => invites.revoke((await invites.all())[0]!.id, 9, entry),
    again: false,
  },
  "settings.write": { does: ({ settings }, entry) => settings.write(someSettings(), entry) },
  "reports.add": { does: ({ reports }, entry) => reports.add(aReport(), entry), again: true },
  "reports.settle": {
    first: ({ reports }) => reports.add(aReport(), entryOf("message.reported")),
    does: async ({ reports }, entry) => {
      const [report] = await reports.list("all", null, 1);
      return reports.settle(report!.id, { at: 9, userId: 1, outcome: "kept" }, entry);
    },
    again: false,
  },
  "messages.remove": { does: ({ messages }, entry) => messages.remove("group", 1, 9, entry), again: null },
  "rooms.remove": {
    first: withRoom,
    does: ({ rooms }, entry) => rooms.remove(aRoom.id, 1, 2, 9, entry),
    again: [],
  },
  "rooms.change": {
    first: withRoom,
    does: ({ rooms }, entry) => rooms.change(aRoom.id, 1, { archived: true }, 9, entry),
  },
  "audit.add": { does: ({ audit }, entry) => audit.add(entry) },
};

/** The names of the store's methods that take an entry, by what is written of them. */
async function methodsWithEntry(): Promise<string[]> {
  const method = /^ {2}(\w+): transaction\(function\* \(([\s\S]*?)\)(?:: [^\n]*)? \{$/gm;
  const found: string[] = [];
  for (const file of new Glob("server/store/*.ts").scanSync(projectRoot))
    for (const [, name, given] of (await Bun.file(join(projectRoot, file)).text()).matchAll(method))
      if (/: NewAuditEntry\b|: NewAccount\b/.test(given!)) found.push(name!);
  return found.sort();
}

/** What is done, its line of the audit log and what listeners hear of it for the security log are one. */
export function auditEntrySuite(open: OpenGround): void {
  let ground: Ground;
  let heard: NewAuditEntry[];
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob");
    await beginSession(ground.store, "bob", 2);
    await ground.store.messages.append([draft("hello", 2)]);
    heard = [];
    ground.store.onCommit(({ entries }) => heard.push(...entries));
  });

  test("every method that takes an entry is known here, and users.create to the suite of new accounts", async () => {
    const known = ["users.create", ...Object.keys(actions)].map((method) => method.split(".")[1]!);
    expect(await methodsWithEntry()).toEqual(known.sort());
  });

  for (const [method, { first, does, again, adds }] of Object.entries(actions)) {
    const entry = entryOf("house.changed", { at: 77 });

    test(`ASVS 2.3.3 ASVS 16.3.3 ${method} does nothing where the audit log cannot be written, and writes and tells one line where it can`, async () => {
      const { store } = ground;
      await first?.(store);
      const before = await everything(store);
      heard.length = 0;

      await ground.run("alter table audit rename to elsewhere");
      expect(await outcomeOf(does(store, entry))).toThrow();
      await ground.run("alter table elsewhere rename to audit");
      expect(await everything(store)).toEqual(before);
      expect(heard).toEqual([]);

      await does(store, entry);
      const after = await everything(store);
      expect(after.acts).toEqual([{ ...entry, ...adds, id: expect.any(Number) }, ...before.acts]);
      expect(heard).toEqual([{ ...entry, ...adds }]);
      if (method !== "audit.add") expect({ ...after, acts: before.acts }).not.toEqual(before);
    });

    if (again === undefined && !["users.remove", "sessions.remove"].includes(method)) continue;
    test(`ASVS 16.3.3 ${method} a second time changes nothing, and makes no entry`, async () => {
      const { store } = ground;
      await first?.(store);
      await does(store, entry);
      const before = await everything(store);
      heard.length = 0;
      expect(await does(store, entry)).toEqual(again);
      expect(await everything(store)).toEqual(before);
      expect(heard).toEqual([]);
    });
  }
}
