import { expect, test } from "bun:test";
import type { Signal } from "../../../server/cluster/signal.ts";
import { telling } from "../../../server/cluster/telling.ts";
import type { Store } from "../../../server/db/store.ts";
import { actOf, draft, idOf, settle } from "../db/conformance/ground.ts";
import {
  aHouse,
  anIdentity,
  anInvite,
  aPasskey,
  aReport,
  asOwner,
  aTicket,
  beginSession,
} from "../db/conformance/samples.ts";
import { node } from "../db/postgres/nodes.ts";

const act = actOf("house.changed");
const totp = { secret: "sealed", step: 1, createdAt: 5 };

/** What changes something, in an order in which each can. */
const changes: Record<string, (store: Store) => Promise<unknown>> = {
  "users.create": ({ users }) => users.create({ name: "dora", passwordHash: null, createdAt: 1 }),
  "users.setRole": asOwner,
  "users.handOver": ({ users }) => users.handOver(1, 2, act),
  "users.mute": ({ users }) => users.mute(1, 99, act),
  "users.signedIn": ({ users }) => users.signedIn(1, 9),
  "users.setPassword": ({ users }) => users.setPassword(3, "1:new", "1:hash", idOf("asking"), act),
  "users.setStanding": ({ users }) => users.setStanding(3, "banned", null, act),
  "users.remove": ({ users }) => users.remove(3, true, act),
  "users.erased": ({ users }) => users.erased(3),
  "sessions.create": (store) => beginSession(store, "one", 2),
  "sessions.touch": ({ sessions }) => sessions.touch(idOf("one"), 200),
  "sessions.setLabel": ({ sessions }) => sessions.setLabel(2, idOf("one"), "phone"),
  "sessions.bind": ({ sessions }) => sessions.bind(idOf("one"), "hash"),
  "sessions.renew": ({ sessions }) =>
    sessions.renew(idOf("one"), { id: idOf("two"), factors: 2, provenAt: 9 }),
  "sessions.remove": ({ sessions }) => sessions.remove(idOf("two"), act),
  "sessions.create again": (store) => beginSession(store, "three", 2),
  "sessions.removeOthers": ({ sessions }) => sessions.removeOthers(2, null, act),
  "sessions.removeExpired": ({ sessions }) => sessions.removeExpired(9, 9),
  "factors.setTotp": ({ factors }) => factors.setTotp(2, totp, [idOf("code")], act),
  "factors.useStep": ({ factors }) => factors.useStep(2, 5),
  "factors.useRecoveryCode": ({ factors }) => factors.useRecoveryCode(2, idOf("code"), act),
  "factors.setRecoveryCodes": ({ factors }) => factors.setRecoveryCodes(2, [idOf("new")], act),
  "factors.removeTotp": ({ factors }) => factors.removeTotp(2, act),
  "factors.addPasskey": ({ factors }) => factors.addPasskey(aPasskey(), [], act),
  "factors.usedPasskey": ({ factors }) => factors.usedPasskey(aPasskey().id, 9, 9),
  "factors.renamePasskey": ({ factors }) => factors.renamePasskey(2, aPasskey().id, "Tablet"),
  "factors.removePasskey": ({ factors }) => factors.removePasskey(2, aPasskey().id, act),
  "factors.addIdentity": ({ factors }) => factors.addIdentity(anIdentity(), act),
  "tickets.put": ({ tickets }) => tickets.put(aTicket(), act),
  "invites.create": ({ invites }) => invites.create(anInvite(), act),
  "house.write": ({ house }) => house.write(aHouse(), act),
  "conversations.markRead": ({ conversations }) =>
    conversations.markRead([{ userId: 2, conversation: "group", seq: 1 }]),
  "reports.add": ({ reports }) => reports.add(aReport(), act),
  "audit.add": ({ audit }) => audit.add(act),
};

test("whatever leaves a notice has the other nodes look, and nothing else does", async () => {
  const a = await node("a");
  await settle(a.store, "alice", "bob", "carol");
  await a.store.messages.append([draft("hello", 2)]);
  const sent: Signal[] = [];
  const store = telling(a.store, { send: (signal) => void sent.push(signal) });
  const noticed = async () => (await a.db.sql`select count(*)::int as count from notices`)[0].count as number;
  const told: Record<string, boolean> = {};
  const left: Record<string, boolean> = {};
  for (const [name, change] of Object.entries(changes)) {
    // As a session from before there were keys.
    if (name === "sessions.bind") await a.db.sql`update sessions set key_hash = null`;
    const before = await noticed();
    sent.length = 0;
    await change(store);
    left[name] = (await noticed()) !== before;
    told[name] = sent.length > 0;
    expect(sent.every(({ kind }) => kind === "look")).toBe(true);
  }
  expect(told).toEqual(left);
  expect(Object.values(left).filter((each) => each)).toHaveLength(18);
});
