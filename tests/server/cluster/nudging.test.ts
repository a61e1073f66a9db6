import { expect, test } from "bun:test";
import { nudging } from "../../../server/cluster/nudging.ts";
import type { Signal } from "../../../server/cluster/signal.ts";
import type { Store } from "../../../server/store/store.ts";
import { draft, entryOf, idOf, settle } from "../store/conformance/ground.ts";
import {
  anIdentity,
  anInvite,
  aPasskey,
  aReport,
  asOwner,
  aTicket,
  beginSession,
  someSettings,
} from "../store/conformance/samples.ts";
import { node } from "../store/postgres/nodes.ts";

const entry = entryOf("house.changed");
const totp = { secret: "sealed", step: 1, createdAt: 5 };

/** What changes something, in an order in which each can. */
const changes: Record<string, (store: Store) => Promise<unknown>> = {
  "users.create": ({ users }) => users.create({ name: "dora", passwordHash: null, createdAt: 1 }),
  "users.setRole": asOwner,
  "users.handOver": ({ users }) => users.handOver(1, 2, entry),
  "users.mute": ({ users }) => users.mute(1, 99, entry),
  "users.signedIn": ({ users }) => users.signedIn(1, 9),
  "users.setPassword": ({ users }) => users.setPassword(3, "1:new", "1:hash", idOf("asking"), entry),
  "users.setStanding": ({ users }) => users.setStatus(3, "banned", null, entry),
  "users.remove": ({ users }) => users.remove(3, true, entry),
  "users.erased": ({ users }) => users.erased(3),
  "sessions.create": (store) => beginSession(store, "one", 2),
  "sessions.touch": ({ sessions }) => sessions.touch(idOf("one"), 200),
  "sessions.setLabel": ({ sessions }) => sessions.setLabel(2, idOf("one"), "phone"),
  "sessions.bind": ({ sessions }) => sessions.bind(idOf("one"), "hash"),
  "sessions.renew": ({ sessions }) =>
    sessions.renew(idOf("one"), { id: idOf("two"), factors: 2, provenAt: 9 }),
  "sessions.remove": ({ sessions }) => sessions.remove(idOf("two"), entry),
  "sessions.create again": (store) => beginSession(store, "three", 2),
  "sessions.removeOthers": ({ sessions }) => sessions.removeOthers(2, null, entry),
  "sessions.removeExpired": ({ sessions }) => sessions.removeExpired(9, 9),
  "factors.setTotp": ({ factors }) => factors.setTotp(2, totp, [idOf("code")], entry),
  "factors.useStep": ({ factors }) => factors.useStep(2, 5),
  "factors.useRecoveryCode": ({ factors }) => factors.useRecoveryCode(2, idOf("code"), entry),
  "factors.setRecoveryCodes": ({ factors }) => factors.setRecoveryCodes(2, [idOf("new")], entry),
  "factors.removeTotp": ({ factors }) => factors.removeTotp(2, entry),
  "factors.addPasskey": ({ factors }) => factors.addPasskey(aPasskey(), [], entry),
  "factors.usedPasskey": ({ factors }) => factors.usedPasskey(aPasskey().id, 9, 9),
  "factors.renamePasskey": ({ factors }) => factors.renamePasskey(2, aPasskey().id, "Tablet"),
  "factors.removePasskey": ({ factors }) => factors.removePasskey(2, aPasskey().id, entry),
  "factors.addIdentity": ({ factors }) => factors.addIdentity(anIdentity(), entry),
  "tickets.put": ({ tickets }) => tickets.put(aTicket(), entry),
  "invites.create": ({ invites }) => invites.create(anInvite(), entry),
  "house.write": ({ settings }) => settings.write(someSettings(), entry),
  "conversations.markRead": ({ conversations }) =>
    conversations.markRead([{ userId: 2, conversation: "group", seq: 1 }]),
  "reports.add": ({ reports }) => reports.add(aReport(), entry),
  "audit.add": ({ audit }) => audit.add(entry),
};

test("whatever leaves a notice has the other nodes look, and nothing else does", async () => {
  const a = await node("a");
  await settle(a.store, "alice", "bob", "carol");
  await a.store.messages.append([draft("hello", 2)]);
  const sent: Signal[] = [];
  const store = nudging(a.store, { send: (signal) => void sent.push(signal) });
  const noticed = async () => (await a.db.sql`select count(*)::int as count from notices`)[0].count as number;
  const said: Record<string, boolean> = {};
  const left: Record<string, boolean> = {};
  for (const [name, change] of Object.entries(changes)) {
    // As a session from before there were keys.
    if (name === "sessions.bind") await a.db.sql`update sessions set key_hash = null`;
    const before = await noticed();
    sent.length = 0;
    await change(store);
    left[name] = (await noticed()) !== before;
    said[name] = sent.length > 0;
    expect(sent.every(({ kind }) => kind === "look")).toBe(true);
  }
  expect(said).toEqual(left);
  expect(Object.values(left).filter((each) => each)).toHaveLength(18);
});
