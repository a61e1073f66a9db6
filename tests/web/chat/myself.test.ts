import { describe, expect, test } from "bun:test";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import { openChat } from "../fakes/client.ts";
import { alice, bob, ModelServer } from "../fakes/model-server.ts";

function setUp() {
  const server = new ModelServer();
  const client = openChat(server);
  const { chat, system } = client;
  const texts = () => server.of(groupId).messages.map(({ body }) => body.text);
  const sent = () => client.sockets.last.sent.filter(({ type }) => type === "message.send").length;
  /** The server does what a real one does: it refuses whoever may not write until then. */
  const mute = (until: number | null) => {
    server.refuse = ({ type }) =>
      type === "message.send" && until !== null && until > system.now()
        ? { code: "muted", message: "You may not write for the moment.", retryAfter: until - system.now() }
        : null;
  };
  /** Lets time go by, with the server there all the while. */
  const wait = (ms: number) => {
    for (let left = ms; left > 0; left -= 5_000) {
      system.advance(Math.min(left, 5_000));
      server.settle();
    }
  };
  return { server, ...client, chat, system, texts, sent, mute, wait };
}

describe("who may not write", () => {
  test("sees how long it still is, to the second, and may write again when it is over, by itself", () => {
    const { server, connect, chat, system } = setUp();
    server.also = { mutedUntil: system.now() + 61_500 };
    connect();
    const { muting } = chat.myself;
    expect([muting.until, muting.left]).toEqual([system.now() + 61_500, 61_500]);
    system.advance(500);
    expect(muting.left).toBe(61_000);
    system.advance(60_999);
    expect([muting.until === null, muting.left]).toEqual([false, 1_000]);
    system.advance(1);
    expect(muting.until).toBeNull();
  });

  test("hears at once of being muted, for longer or shorter, and of being let go", () => {
    const { server, connect, chat, system } = setUp();
    connect();
    expect(chat.myself.muting.until).toBeNull();
    for (const until of [system.now() + 600_000, system.now() + 10_000, null]) {
      server.tell({ type: "me.muted", until });
      expect(chat.myself.muting.until).toBe(until);
    }
  });

  test("is told by the answer on coming back, also that it is over", () => {
    const { server, connect, chat, system } = setUp();
    server.also = { mutedUntil: system.now() + 600_000 };
    connect();
    server.cut();
    server.also = {};
    connect();
    expect(chat.myself.muting.until).toBeNull();
  });

  test("keeps what was written before: it goes out when one may write again, and not before", () => {
    const { server, connect, chat, system, texts, sent, mute, wait } = setUp();
    connect();
    mute(system.now() + 60_000);
    chat.outbox.add(groupId, "later");
    server.settle();
    expect([chat.outbox.hindrance, texts()]).toEqual(["You may not write for the moment.", []]);
    wait(59_000);
    expect(sent()).toBe(1);
    wait(1_000);
    expect([texts(), chat.outbox.entries, chat.outbox.hindrance]).toEqual([["later"], [], null]);
  });

  test("is not kept waiting when let go earlier", () => {
    const { server, connect, chat, system, texts, mute } = setUp();
    connect();
    const until = system.now() + 40 * 24 * 60 * 60_000;
    mute(until);
    server.publish({ type: "me.muted", until });
    chat.outbox.add(groupId, "at last");
    server.settle();
    mute(null);
    server.tell({ type: "me.muted", until: null });
    expect(texts()).toEqual(["at last"]);
  });

  test("for longer than a timer can hold asks now and then, not all the time", () => {
    const { server, connect, chat, system, sent, mute, wait } = setUp();
    connect();
    mute(system.now() + 28 * 24 * 60 * 60_000);
    chat.outbox.add(groupId, "in four weeks");
    server.settle();
    wait(3 * 60 * 60_000);
    expect(sent()).toBe(4);
  });

  test("is left alone by a chat that is over", () => {
    const { server, connect, chat, system } = setUp();
    server.also = { mutedUntil: system.now() + 10_000 };
    connect();
    chat.close();
    system.advance(20_000);
    expect(chat.myself.muting.left).toBe(10_000);
  });
});

describe("what happened to the account", () => {
  const news = (device: string) =>
    ({ type: "account.notified", what: "session.began", device, at: 5_000 }) as const;

  test("is told until one has seen it, and no more than the latest three", () => {
    const { server, connect, chat } = setUp();
    connect();
    for (const device of ["one", "two", "three", "four"]) server.publish(news(device));
    server.settle();
    const devices = () => chat.myself.notes.map(({ device }) => device);
    expect(chat.myself.notes[0]).toMatchObject({ what: "session.began", device: "two", at: 5_000 });
    expect(devices()).toEqual(["two", "three", "four"]);
    chat.myself.dismiss(chat.myself.notes[1]!.id);
    expect(devices()).toEqual(["two", "four"]);
  });
});

describe("people", () => {
  test("have roles that come with the directory, change while one is there, and go with the account", () => {
    const { server, connect, chat } = setUp();
    server.also = {
      me: { ...alice, role: "moderator" },
      people: [
        { ...alice, role: "moderator" },
        { ...bob, role: "owner" },
      ],
    };
    connect();
    const roles = () => [chat.role, chat.people.roleOf(bob.id), chat.people.roleOf(77)];
    expect(roles()).toEqual(["moderator", "owner", "member"]);
    const rights = () => ([alice.id, bob.id] as const).map((id) => chat.people.may(id, "people.see"));
    expect(rights()).toEqual([true, true]);
    server.publish({ type: "person.changed", person: { ...bob, role: "admin" } });
    server.tell({ type: "person.changed", person: alice });
    expect([roles(), chat.people.nameOf(bob.id), chat.people.tag]).toEqual([
      ["member", "admin", "member"],
      "bob",
      null,
    ]);
    expect(rights()).toEqual([false, true]);
    server.tell({ type: "person.deleted", id: bob.id });
    expect(chat.people.roleOf(bob.id)).toBe("member");
  });

  test("who have an account are everyone, in the order of their names", () => {
    const { server, connect, chat } = setUp();
    server.also = { people: [{ id: 9, name: "zoe" }, { id: 3, name: null }, bob, alice], online: [alice.id] };
    connect();
    expect(chat.people.everyone.map(({ name }) => name)).toEqual(["alice", "bob", "zoe"]);
  });

  test("who settle reports know on entering how many wait, and hear of more", () => {
    const { server, connect, chat } = setUp();
    server.also = { openReports: 3 };
    connect();
    expect(chat.openReports).toBe(3);
    server.tell({ type: "report.added", open: 4 });
    expect(chat.openReports).toBe(4);
    server.cut();
    server.also = {};
    connect();
    expect(chat.openReports).toBe(0);
  });
});

test("that the server is called something else is told to the session, and the limit of messages holds at once", () => {
  const { server, connect, said, chat } = setUp();
  connect();
  expect(chat.messageBytes).toBe(16_384);
  server.tell({
    type: "settings.changed",
    name: "The Millers",
    welcome: "",
    registration: "open",
    messageBytes: 1_024,
  });
  expect(said).toEqual(["house: The Millers"]);
  expect(chat.messageBytes).toBe(1_024);
});
