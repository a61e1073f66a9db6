import { expect, test } from "bun:test";
import type { SessionInfo, Stage } from "../../../server/protocol/account.ts";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import { followClosing } from "../../../web/state/endings.ts";
import { type EnterChat, Session } from "../../../web/state/session.svelte.ts";
import { createCall } from "../../../web/transport/call.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { FakeBrowser } from "../fakes/browser.ts";
import { openChat } from "../fakes/client.ts";
import { alice, bob, ModelServer } from "../fakes/model-server.ts";

/** A session against answers that the test prepares, one for each request. */
function setUp(...answers: (Response | "no network")[]) {
  const tab = new FakeBrowser().openTab();
  const clients: ReturnType<typeof openChat>[] = [];
  let hear: Parameters<EnterChat>[1] | null = null;
  const call = createCall(async () => {
    const answer = answers.shift();
    if (!answer || answer === "no network") throw new TypeError("Failed to fetch");
    return answer;
  });
  const noFiles = () => Promise.reject(new Error("No file is asked for here."));
  const session = new Session(call, noFiles, (me, hears) => {
    hear = hears;
    clients.push(openChat(new ModelServer(), tab, me));
    return clients.at(-1)!.chat;
  });
  return { session, clients, tab, hear: () => hear! };
}
const house = { name: "Secure Chat", welcome: "", registration: "open" } as const;
const as = (user: typeof alice | null, stage: Stage = "open") => {
  const info = { house, providers: [] };
  const answer: SessionInfo = user
    ? { user: { ...user, role: "member" }, stage, ...info }
    : { user, ...info };
  return Response.json(answer);
};
/** What the browser keeps for longer than the tab lives. */
const kept = ({ storage }: { storage: Storage }) =>
  Array.from({ length: storage.length }, (_, at) => storage.getItem(storage.key(at)!)!);
const done = () => new Response(null, { status: 204 });

test("nobody is signed in: that is known, and nothing has to be explained", async () => {
  const { session } = setUp(as(null));
  expect(session.known).toBe(false);
  await session.check();
  expect([session.known, session.chat, session.notice, session.failure]).toEqual([true, null, null, null]);
});

test("a server that does not answer is told, and asked again", async () => {
  const { session } = setUp("no network", as(alice));
  await session.check();
  expect([session.known, Boolean(session.failure)]).toEqual([false, true]);
  await session.check();
  expect([session.chat?.me, session.failure]).toEqual([alice, null]);
});

test("signing in connects; a session that is gone closes the chat and says so", async () => {
  const { session, clients } = setUp(as(alice), as(null));
  await session.signIn({ name: "alice", password: "whatever" });
  expect(clients[0]!.sockets.all).toHaveLength(1);
  await session.check();
  expect(session.chat).toBeNull();
  expect(session.notice).toMatch(/log in again/i);
  expect(clients[0]!.sockets.last.closedByClient).toBe(true);
});

test("doubt that turns out to be unfounded changes nothing; somebody else's session is somebody else's chat", async () => {
  const { session, clients, hear } = setUp(as(alice), as(alice), "no network", as(bob));
  await session.check();
  const { chat } = session;
  for (let count = 0; count < 2; count++) {
    hear().doubted();
    await session.check().catch(() => {});
  }
  expect(clients[0]!.chat).toBe(chat!);
  await session.check();
  expect(session.chat?.me).toEqual(bob);
});

test("logging out can keep what was not sent, for the same person only, or throw it away", async () => {
  const { session, tab } = setUp(as(alice), done(), as(bob), done(), as(alice), done());
  await session.check();
  session.chat!.outbox.add(groupId, "later");
  session.chat!.drafts.keep(groupId, "half");
  await session.signOut("keep");
  expect(tab.storage.length).toBe(1);
  await session.check();
  expect(session.chat!.outbox.entries).toEqual([]);
  await session.signOut("keep");
  await session.check();
  expect(session.chat!.outbox.entries.map(({ text }) => text)).toEqual(["later"]);
  await session.signOut("discard");
  expect(tab.storage.length).toBe(0);
});

test("ASVS 14.3.1 nothing unsent stays on a device whose account was deleted elsewhere, nor one's own", async () => {
  const { session, clients, tab, hear } = setUp(as(alice), as(bob), as(alice), done());
  await session.check();
  session.chat!.outbox.add(groupId, "of alice");
  await session.check();
  session.chat!.outbox.add(groupId, "of bob");
  session.chat!.drafts.keep(groupId, "half");
  await followClosing(closeCodes.accountDeleted, hear(), clients[1]!.chat.connection);
  expect([session.chat, session.notice]).toEqual([null, "This account was deleted."]);
  expect(kept(tab)).toEqual([expect.stringContaining("of alice")]);
  await session.check();
  await session.deleteAccount({ messages: "keep" });
  expect(kept(tab)).toEqual([]);
});

test("what is to be thrown away at logging out is, also where the socket is closed before the answer comes", async () => {
  const { session, clients, tab, hear } = setUp(as(alice), done());
  await session.check();
  session.chat!.outbox.add(groupId, "never mind");
  const leaving = session.signOut("discard");
  await followClosing(closeCodes.signedOut, hear(), clients[0]!.chat.connection);
  await leaving;
  expect([session.notice, kept(tab)]).toEqual(["You have logged out.", []]);
});

test("what waits to be sent survives every other end of a session", async () => {
  for (const code of [closeCodes.signedOut, closeCodes.sessionExpired, closeCodes.accountBarred]) {
    const { session, clients, tab, hear } = setUp(as(alice));
    await session.check();
    session.chat!.outbox.add(groupId, "later");
    await followClosing(code, hear(), clients[0]!.chat.connection);
    expect([session.chat, kept(tab)]).toEqual([null, [expect.stringContaining("later")]]);
  }
});

test("logging out without a server is refused, and one stays", async () => {
  const { session } = setUp(as(alice), "no network");
  await session.check();
  expect(await outcomeOf(session.signOut("discard"))).toThrow(/does not answer/);
  expect(session.chat).not.toBeNull();
});

test("whoever still has to give a second factor, or to set one up, is in no chat", async () => {
  const { session, clients } = setUp(as(alice, "second factor"), as(alice, "enrolment"), as(alice), as(null));
  for (const stage of ["second factor", "enrolment"] as const) {
    await session.check();
    expect([session.stage, session.user?.name, session.chat, clients]).toEqual([stage, "alice", null, []]);
  }
  await session.check();
  expect([session.stage, session.chat?.me]).toEqual(["open", alice]);
});

test("what the server is called changes while one is there, and is still known when one has left", async () => {
  const { session, hear } = setUp(as(alice), done());
  await session.check();
  expect(session.house).toEqual(house);
  const changed = { name: "The Millers", welcome: "Come in!", registration: "closed" } as const;
  hear().house(changed);
  expect([session.house, session.user?.name]).toEqual([changed, "alice"]);
  await session.signOut("discard");
  expect([session.house, session.user]).toEqual([changed, null]);
});
