import { beforeEach, describe, expect, test } from "bun:test";
import type { EventOf } from "../../../server/protocol/events.ts";
import { graceMs, quietStartMs } from "../../../server/realtime/presence.ts";
import { holdNext } from "../../support/hold.ts";
import { Person, Socket } from "../../support/person.ts";
import { Relay } from "../../support/relay.ts";
import { startServer } from "../../support/server.ts";
import { stage } from "../../support/stage.ts";

let watcher: Socket;
const { server, time, alice, bob } = stage({ clock: true, people: ["alice", "bob"] });

beforeEach(async () => {
  watcher = await (await new Person(server, "watcher").register()).enter();
  await said();
});

/** What the watcher was told since it was last asked, once all that happened so far has had its time. */
async function said(): Promise<Pick<EventOf<"presence.changed">, "online" | "offline">[]> {
  time.advance(150);
  await watcher.ask("ping", {}, "pong");
  const changes = watcher.events.filter((event) => event.type === "presence.changed");
  watcher.events.length = 0;
  return changes.map(({ online, offline }) => ({ online, offline }));
}

const online = async () => (await bob.enter()).entered.online.toSorted();

/** Closes it, and returns when the server has noticed. */
async function close(socket: Socket) {
  socket.close();
  await socket.closed;
  await watcher.ask("ping", {}, "pong");
}

describe("coming", () => {
  test("is told once, however many tabs and devices", async () => {
    await alice.enter();
    expect(await said()).toEqual([{ online: [1], offline: [] }]);
    await alice.enter();
    const phone = await new Person(server, "alice").logIn();
    await phone.enter();
    expect(await said()).toEqual([]);
  });

  test("of many at once is one event", async () => {
    await Promise.all([alice.enter(), bob.enter()]);
    const [change, ...more] = await said();
    expect(change?.online.toSorted()).toEqual([1, 2]);
    expect(more).toEqual([]);
  });

  test("shows in the list of who enters, oneself included", async () => {
    await alice.enter();
    expect(await online()).toEqual([1, 2, 3]);
  });
});

/** Lets seconds pass, in each of which what was sent arrives. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    time.advance(1000);
    await watcher.ask("ping", {}, "pong");
  }
}

test("of who is behind a network that has died is told within 25 s, and of who only says nothing never", async () => {
  const relay = await Relay.to(server.origin);
  const headers = { cookie: alice.cookies, origin: server.origin };
  const far = new Socket({ origin: new URL(relay.url).origin }, headers);
  await far.opened;
  await bob.enter();
  expect((await said()).flatMap(({ online }) => online).toSorted()).toEqual([1, 2]);
  await pass(100);
  expect(await said()).toEqual([]);
  // What an idle phone carries in a minute: a quarter of a kilobyte, as much as its own question every 25 s was.
  const before = relay.carried;
  await pass(65);
  expect(relay.carried - before).toBeLessThanOrEqual(5 * 56);
  relay.cut();
  await pass(25);
  expect(await said()).toEqual([{ online: [], offline: [1] }]);
  expect(await online()).toEqual([2, 3]);
  relay.close();
});

describe("going", () => {
  test("is told after the grace, when the last tab is closed", async () => {
    const tabs = [await alice.enter(), await alice.enter()];
    await said();
    await close(tabs[0]!);
    time.advance(graceMs * 2);
    expect(await said()).toEqual([]);
    await close(tabs[1]!);
    time.advance(graceMs - 1000);
    expect(await said()).toEqual([]);
    time.advance(1000);
    expect(await said()).toEqual([{ online: [], offline: [1] }]);
    expect(await online()).toEqual([2, 3]);
  });

  test("for a reload says nothing, and meanwhile the person is still there", async () => {
    const tab = await alice.enter();
    await said();
    for (let reload = 0; reload < 3; reload++) {
      await close(reload === 0 ? tab : await alice.enter());
      time.advance(graceMs - 1000);
    }
    expect(await online()).toEqual([1, 2, 3]);
    await said();
    const back = await alice.enter();
    time.advance(graceMs * 3);
    expect(await said()).toEqual([]);
    await close(back);
  });

  test("by logging out is told at once, unless another device stays", async () => {
    const phone = await new Person(server, "alice").logIn();
    const [laptopSocket, phoneSocket] = [await alice.enter(), await phone.enter()];
    await said();
    await alice.fetch("DELETE", "/api/session", {});
    expect(await laptopSocket.closed).toBe(4500);
    expect(await said()).toEqual([]);
    await phone.fetch("DELETE", "/api/session", {});
    expect(await phoneSocket.closed).toBe(4500);
    expect(await said()).toEqual([{ online: [], offline: [1] }]);
  });

  test("cannot be announced by a client that closes with a code of the server's", async () => {
    for (let times = 0; times < 3; times++) {
      const tab = await alice.enter();
      if (times === 0) expect(await said()).toEqual([{ online: [1], offline: [] }]);
      tab.raw.close(4500, "signed out");
      await tab.closed;
      await watcher.ask("ping", {}, "pong");
      expect(await said()).toEqual([]);
    }
  });

  test("by logging out again and again soon is nobody's news any more", async () => {
    const going: number[] = [];
    for (let times = 0; times < 6; times++) {
      await alice.signIn();
      const socket = await alice.enter();
      await said();
      await alice.fetch("DELETE", "/api/session", {});
      await socket.closed;
      going.push((await said()).flatMap(({ offline }) => offline).length);
    }
    expect(going).toEqual([1, 1, 1, 0, 0, 0]);
    time.advance(graceMs);
    expect(await said()).toEqual([{ online: [], offline: [1] }]);
  });

  test("for good, by deleting the account, is told once, with who it was", async () => {
    const socket = await alice.enter();
    await said();
    await alice.fetch("DELETE", "/api/account", { messages: "keep" });
    expect(await socket.closed).toBe(4502);
    await watcher.event("person.deleted", ({ id }) => id === 1);
    expect(await said()).toEqual([{ online: [], offline: [1] }]);
  });
});

describe("right after a start", () => {
  test("who comes back is told quietly; who comes later, or is new, is announced", async () => {
    const newcomer = await new Person(server, "newcomer").register();
    time.advance(1000);
    const again = await startServer({ system: time, store: server.store });
    const cookie = { cookie: bob.cookies, origin: again.origin };
    const returning = await new Person(again, "bob").connect(cookie);
    const entered = await returning.ask("chat.enter", {}, "chat.entered");
    expect(entered.online).toEqual([2]);
    time.advance(150);
    const change = await returning.event("presence.changed");
    expect(change).toEqual({ type: "presence.changed", online: [2], offline: [], quiet: true });

    time.advance(quietStartMs);
    await new Person(again, "newcomer").connect({ cookie: newcomer.cookies, origin: again.origin });
    time.advance(150);
    const joined = await returning.event("presence.changed", ({ online }) => online.includes(4));
    expect(joined).toEqual({ type: "presence.changed", online: [4], offline: [] });
    await again.app.drain();
    await again.server.stop(true);
  });
});

test("a new account is announced once to everyone, and is in the directory of who enters later", async () => {
  await new Person(server, "dave").register();
  await watcher.ask("ping", {}, "pong");
  const announced = watcher.events.filter(({ type }) => type === "person.registered");
  expect(announced).toEqual([{ type: "person.registered", person: { id: 4, name: "dave" } }]);
  const { entered } = await bob.enter();
  expect(entered.people).toContainEqual({ id: 4, name: "dave" });
  const again = await bob.connect();
  const known = await again.ask("chat.enter", { people: entered.peopleTag }, "chat.entered");
  expect(known.people).toBeUndefined();
});

test("who enters while others come and register sees them, whichever was first", async () => {
  const socket = await bob.connect();
  const hold = holdNext(server.store.conversations, "of");
  const entering = socket.ask("chat.enter", {}, "chat.entered");
  await hold.reached;
  await (await new Person(server, "dave").register()).connect();
  hold.release();
  const entered = await entering;
  expect(entered.people).toContainEqual({ id: 4, name: "dave" });
  expect(entered.online).toContain(4);
});

/** What has changed so far is told. */
const tell = () => time.advance(150);

describe("who enters between a change and its telling", () => {
  test("misses nobody who was gone for that moment only", async () => {
    await alice.enter();
    tell();
    await alice.fetch("DELETE", "/api/session");
    const { online } = (await bob.enter()).entered;
    await alice.signIn();
    await alice.enter();
    tell();
    expect(online).toContain(1);
  });

  test("is told of who was there for that moment only", async () => {
    const hers = await alice.enter();
    const his = await bob.enter();
    expect(his.entered.online).toContain(1);
    await alice.fetch("DELETE", "/api/session");
    await hers.closed;
    tell();
    expect(await his.event("presence.changed", ({ offline }) => offline.includes(1))).toBeTruthy();
  });
});
