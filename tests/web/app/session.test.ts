import { expect, test } from "bun:test";
import type { SessionInfo, Stage } from "../../../server/protocol/account.ts";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import { followClosing } from "../../../web/app/endings.ts";
import { type EnterChat, Session } from "../../../web/app/session.svelte.ts";
import { createCall } from "../../../web/transport/call.ts";
import { SessionKey } from "../../../web/transport/session-key.ts";
import { originStorage } from "../../../web/transport/storage.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { FakeBrowser, type FakeTab } from "../fakes/browser.ts";
import { openChat } from "../fakes/client.ts";
import { alice, bob, ModelServer } from "../fakes/model-server.ts";
import { fakeSystem } from "../fakes/system.ts";

type Answer = Response | "no network";

/** Only what is taken away is answered with nothing. */
const fits = (answer: Answer | Promise<Answer>, method: string | undefined): boolean =>
  !(answer instanceof Response) || (answer.status === 204) === (method === "DELETE");

/** A session in a tab, against answers that the test prepares, one for each request. */
function open(tab: FakeTab, ...answers: (Answer | Promise<Answer>)[]) {
  const clients: ReturnType<typeof openChat>[] = [];
  const system = fakeSystem();
  let hear: Parameters<EnterChat>[1] | null = null;
  const call = createCall(async (_, { method }) => {
    const at = answers.findIndex((answer) => fits(answer, method));
    const answer = at === -1 ? null : await answers.splice(at, 1)[0];
    if (!answer || answer === "no network") throw new TypeError("Failed to fetch");
    return answer;
  });
  const noFiles = () => Promise.reject(new Error("No file is asked for here."));
  const storage = originStorage(() => tab.storage);
  const key = new SessionKey(storage, system.newSecret);
  const enterChat: EnterChat = (me, hears) => {
    hear = hears;
    clients.push(openChat(new ModelServer(), tab, me));
    tab.heard = (key, value) => session.stored(key, value);
    return clients.at(-1)!.chat;
  };
  const session = new Session(call, noFiles, enterChat, { system, storage, key });
  tab.heard = (key, value) => session.stored(key, value);
  /** Ends as the server does it, by closing the socket. */
  const cut = (code: number) => followClosing(code, hear!, clients.at(-1)!.chat.connection);
  return { session, clients, system, tab, key, answers, cut, hear: () => hear! };
}
const setUp = (...answers: Answer[]) => open(new FakeBrowser().openTab(), ...answers);
const settings = { name: "Secure Chat", welcome: "", registration: "open" } as const;
const as = (user: typeof alice | null, stage: Stage = "open") => {
  const info = { settings, providers: [] };
  const answer: SessionInfo = user
    ? { user: { ...user, role: "member" }, stage, ...info }
    : { user, ...info };
  return Response.json(answer);
};
/** What the browser keeps, for as long as the tab lives and for longer. */
const kept = ({ storage, tabStorage }: FakeTab) =>
  [storage, tabStorage].flatMap((of) =>
    Array.from({ length: of.length }, (_, at) => of.getItem(of.key(at)!)!),
  );
/** Lets what was asked be answered. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
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
  expect(kept(tab)).toEqual([expect.stringContaining("later")]);
  await session.check();
  expect(session.chat!.outbox.entries).toEqual([]);
  await session.signOut("keep");
  await session.check();
  expect(session.chat!.outbox.entries.map(({ text }) => text)).toEqual(["later"]);
  await session.signOut("discard");
  expect(kept(tab)).toEqual([]);
});

test("ASVS 14.3.1 nothing unsent stays on a device whose account was deleted elsewhere, nor one's own", async () => {
  const { session, clients, tab, hear } = setUp(as(alice), as(bob), as(null), as(alice), done());
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

test("the key of a session goes when one logs out or deletes the account, and stays at every other end", async () => {
  const { session, key, cut } = setUp(
    as(alice),
    as(null),
    as(alice),
    "no network",
    done(),
    as(alice),
    done(),
  );
  const first = key.show();
  await session.check();
  // Another tab of this browser may have logged in anew with it.
  await cut(closeCodes.signedOut);
  expect(key.show()).toBe(first);
  await session.check();
  expect(await outcomeOf(session.signOut("keep"))).toThrow(/does not answer/);
  expect(key.show()).toBe(first);
  await session.signOut("keep");
  const second = key.show();
  expect(second).not.toBe(first);
  await session.check();
  await session.deleteAccount({ messages: "keep" });
  expect(key.show()).not.toBe(second);
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
  expect(session.settings).toEqual(settings);
  const changed = { name: "The Millers", welcome: "Come in!", registration: "closed" } as const;
  hear().settings(changed);
  expect([session.settings, session.user?.name]).toEqual([changed, "alice"]);
  await session.signOut("discard");
  expect([session.settings, session.user]).toEqual([changed, null]);
});

/** The ways in which a session ends against the will of who is in it, and what the server answers after that. */
const endings: [string, (of: ReturnType<typeof open>) => Promise<void>][] = [
  ["it was ended from elsewhere", (of) => of.cut(closeCodes.signedOut)],
  ["it was too old", (of) => of.cut(closeCodes.sessionExpired)],
  ["the account was locked", (of) => of.cut(closeCodes.accountBarred)],
  ["it was gone when the server was asked", (of) => of.session.check()],
];
for (const [why, end] of endings)
  test(`what was begun is there at the next login of the same person, and of nobody else, where ${why}`, async () => {
    const browser = new FakeBrowser();
    const first = open(browser.openTab(), as(alice), as(null));
    await first.session.check();
    first.session.chat!.drafts.keep(groupId, "half");
    await end(first);
    await settled();
    expect(first.session.chat).toBeNull();
    first.tab.close();
    for (const [person, text] of [
      [bob, ""],
      [{ id: alice.id, name: "somebody" }, ""],
      [alice, "half"],
    ] as const) {
      const { session, tab } = open(browser.openTab(), as(person));
      await session.check();
      expect([person, session.chat!.drafts.of(groupId)]).toEqual([person, text]);
      tab.close();
    }
  });

test("what was begun is there again where only a second factor was asked for in between", async () => {
  const { session } = setUp(as(alice), as(alice, "second factor"), as(alice));
  await session.check();
  session.chat!.drafts.keep(groupId, "half");
  await session.check();
  expect(session.chat).toBeNull();
  await session.check();
  expect(session.chat!.drafts.of(groupId)).toBe("half");
});

test("what was begun in two tabs is all there after both sessions ended, and doubled by no storage that is full", async () => {
  const browser = new FakeBrowser();
  const tabs = ["one", "other", "one"].map((text) => [open(browser.openTab(), as(alice)), text] as const);
  for (const [{ session }, text] of tabs) {
    await session.check();
    session.chat!.drafts.keep(groupId, text);
  }
  for (const [{ cut }] of tabs.slice(0, 2)) await cut(closeCodes.signedOut);
  browser.full = true;
  const [last] = tabs[2]!;
  await last.cut(closeCodes.signedOut);
  last.answers.push(as(alice));
  await last.session.check();
  browser.full = false;
  const texts = last.session.chat!.drafts.of(groupId).split("\n\n");
  expect(texts.toSorted()).toEqual(["one", "one", "other"]);
});

test("ASVS 14.3.1 who logs out leaves nothing begun in any tab, whichever tab hears of it first", async () => {
  for (const first of ["the answer", "the socket"]) {
    const browser = new FakeBrowser();
    const [here, there] = [browser.openTab(), browser.openTab()].map((tab) => open(tab, as(alice), done()));
    for (const { session } of [here!, there!]) {
      await session.check();
      session.chat!.drafts.keep(groupId, "half");
      session.chat!.emoji.use("🎂");
    }
    if (first === "the socket") await there!.cut(closeCodes.signedOut);
    await here!.session.signOut("discard");
    if (first === "the answer") await there!.cut(closeCodes.signedOut);
    expect([first, kept(here!.tab), kept(there!.tab)]).toEqual([first, [], []]);
  }
});

test("a server that does not answer is asked again without a click, ever more seldom, and at once on waking", async () => {
  const { session, system, answers } = setUp();
  await session.check();
  for (const wait of [500, 1_000, 2_000]) {
    system.advance(wait);
    await settled();
    expect(session.failure).toMatch(/does not answer/);
  }
  answers.push(as(alice));
  session.wake();
  await settled();
  expect([session.chat?.me, session.failure]).toEqual([alice, null]);
  const asked = answers.push("no network");
  system.advance(3_600_000);
  expect(answers).toHaveLength(asked);
});

test("a tab where nobody is signed in follows another one of its browser that logs in, or where it is looked at", async () => {
  const browser = new FakeBrowser();
  const form = open(browser.openTab(), as(null), as(alice));
  const blind = open(browser.openTab(), as(null), as(alice));
  const { session } = open(browser.openTab(), as(alice));
  for (const each of [form, blind]) await each.session.check();
  blind.tab.heard = () => {};
  await session.signIn({ name: "alice", password: "whatever" });
  await settled();
  expect([form.session.chat?.me, blind.session.chat]).toEqual([alice, null]);
  blind.session.wake();
  await settled();
  expect(blind.session.chat?.me).toEqual(alice);
});

test("a session that ended because the same browser logged in anew goes on as the new one", async () => {
  const { session, cut, clients } = setUp(as(alice), as(alice));
  await session.check();
  await cut(closeCodes.signedOut);
  await settled();
  expect([session.chat?.me, session.notice, clients.length]).toEqual([alice, null, 2]);
});

test("an answer that was asked for before one logged in or out is not followed", async () => {
  const late = Promise.withResolvers<Response>();
  const { session } = open(new FakeBrowser().openTab(), late.promise, as(alice));
  const checking = session.check();
  await session.signIn({ name: "alice", password: "whatever" });
  late.resolve(as(null));
  await checking;
  expect(session.chat?.me).toEqual(alice);
});
