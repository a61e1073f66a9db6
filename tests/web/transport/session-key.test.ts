import { expect, test } from "bun:test";
import { isSessionKey, keyHeader, protocolsOf } from "../../../server/protocol/session-key.ts";
import { createCall } from "../../../web/transport/call.ts";
import { createDownload } from "../../../web/transport/download.ts";
import { oneAtATime, SessionKey, showing } from "../../../web/transport/session-key.ts";
import { originStorage } from "../../../web/transport/storage.ts";
import { browserSystem } from "../../../web/transport/system.ts";
import { FakeBrowser, type FakeTab } from "../fakes/browser.ts";
import { fakeSystem } from "../fakes/system.ts";

const keyIn = (tab: FakeTab) =>
  new SessionKey(
    originStorage(() => tab.storage),
    fakeSystem().newSecret,
  );

test("ASVS 7.2.3 a key is 256 random bits, never the same, in a form that headers and subprotocols take", () => {
  const made = new Set(Array.from({ length: 1000 }, browserSystem.newSecret));
  expect(made.size).toBe(1000);
  for (const key of made) {
    expect(isSessionKey(key)).toBe(true);
    expect(Buffer.from(key, "base64url")).toHaveLength(32);
  }
  for (const other of ["", "A".repeat(42), "A".repeat(44), `${"A".repeat(42)}+`, `${"A".repeat(42)}=`])
    expect(isSessionKey(other)).toBe(false);
});

test("all tabs of a browser show one key, which lasts until it is forgotten", () => {
  const browser = new FakeBrowser();
  const [one, other] = [keyIn(browser.openTab()), keyIn(browser.openTab())];
  expect(one.isKept).toBe(false);
  const key = one.show();
  expect([one.show(), other.show(), keyIn(browser.openTab()).show(), other.isKept]).toEqual([
    key,
    key,
    key,
    true,
  ]);
  other.forget();
  expect(one.isKept).toBe(false);
  expect(one.show()).not.toBe(key);
  expect(one.show()).toBe(other.show());
});

test("a browser that keeps nothing shows none, and one that kept something else is given a new one", () => {
  const browser = new FakeBrowser();
  browser.full = true;
  const tab = browser.openTab();
  const key = keyIn(tab);
  expect([key.show(), key.show(), key.isKept]).toEqual([null, null, false]);
  browser.full = false;
  tab.storage.setItem("secure-chat.session-key", "nonsense");
  expect(isSessionKey(keyIn(tab).show()!)).toBe(true);
});

test("every request shows the key beside what it says otherwise, also one for a file; without one none does", async () => {
  const asked: RequestInit[] = [];
  const fetch = async (_: string, init: RequestInit) => {
    asked.push(init);
    return Response.json({});
  };
  let key: string | null = "A".repeat(43);
  const shown = showing({ show: () => key }, fetch);
  await createCall(shown)("GET /api/session");
  await createCall(shown)("DELETE /api/session");
  await createDownload(shown, "x")("POST /api/account/export", { format: "json" });
  key = null;
  await createCall(shown)("GET /api/session");
  const json = { "Content-Type": "application/json" };
  const header = { [keyHeader]: "A".repeat(43) };
  expect(asked.map(({ headers }) => headers)).toEqual([
    header,
    { ...json, ...header },
    { ...json, ...header },
    undefined,
  ]);
  expect([protocolsOf("k"), protocolsOf(null)]).toEqual([["secure-chat", "key.k"], ["secure-chat"]]);
});

test("of two tabs that are opened at once, the second makes its key after the first was answered", async () => {
  const browser = new FakeBrowser();
  const [first, second] = [browser.openTab(), browser.openTab()];
  const order: string[] = [];
  let answer = () => {};
  const check = (name: string, key: SessionKey, until: Promise<void>) => async () => {
    order.push(`${name} ${key.isKept}`);
    key.show();
    await until;
  };
  const [one, two] = [keyIn(first), keyIn(second)];
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const waiting = new Map<string, () => Promise<void>>();
  // A lock that is free again when what holds it is done.
  const locks = {
    request: async (name: string, run: () => Promise<void>) => {
      const before = waiting.get(name);
      const mine = before ? before().then(run) : run();
      waiting.set(name, () => mine);
      await mine;
    },
  } as unknown as LockManager;
  const both = Promise.all([
    oneAtATime(one, () => locks, check("one", one, answered)),
    oneAtATime(
      two,
      () => locks,
      async () => check("two", two, Promise.resolve())(),
    ),
  ]);
  answer();
  await both;
  expect(order).toEqual(["one false", "two true"]);
});

test("where there are no locks, or they are refused, the check runs once all the same", async () => {
  const refused = { request: () => Promise.reject(new DOMException("no", "SecurityError")) };
  const throwing = () => {
    throw new DOMException("no", "SecurityError");
  };
  const key = { isKept: false };
  for (const locks of [() => undefined, () => refused as unknown as LockManager, throwing]) {
    let count = 0;
    await oneAtATime(key, locks, async () => void count++);
    expect(count).toBe(1);
  }
});
