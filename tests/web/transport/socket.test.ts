import { describe, expect, test } from "bun:test";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import type { ChatEvent } from "../../../server/protocol/events.ts";
import { type Link, ReconnectingSocket } from "../../../web/transport/socket.ts";
import { fakeSockets } from "../fakes/socket-pair.ts";
import { fakeSystem } from "../fakes/system.ts";

function setUp() {
  const system = fakeSystem();
  const sockets = fakeSockets();
  const links: Link[] = [];
  const events: ChatEvent[] = [];
  const socket = new ReconnectingSocket(
    {
      url: "wss://chat.test/api/socket",
      WebSocket: sockets.WebSocket,
      protocols: () => ["secure-chat"],
      system,
    },
    { changed: (link) => links.push(link), received: (received) => events.push(...received) },
  );
  const link = () => links.at(-1)!;
  return { system, sockets, links, events, socket, link };
}

const pong: ChatEvent = { type: "pong", ref: "ping", now: 0 };

function connected() {
  const all = setUp();
  all.socket.connect();
  all.sockets.last.accept();
  all.sockets.last.deliver(pong);
  return all;
}

describe("connecting", () => {
  test("says how it stands, sends commands, and hands on events in order", () => {
    const { socket, sockets, links, events } = connected();
    expect(sockets.all).toHaveLength(1);
    expect(links).toEqual([{ kind: "connecting", attempt: 1 }, { kind: "open" }]);
    expect(socket.send({ type: "ping", ref: "x" })).toBe(true);
    expect(sockets.last.sent).toEqual([{ type: "ping", ref: "x" }]);
    expect(events).toEqual([pong]);
  });

  test("a command without a connection is not sent, and says so", () => {
    const { socket, sockets } = setUp();
    expect(socket.send({ type: "ping", ref: "x" })).toBe(false);
    socket.connect();
    expect(socket.send({ type: "ping", ref: "x" })).toBe(false);
    expect(sockets.last.sent).toEqual([]);
  });

  test("a try that gets no answer at all is given up", () => {
    const { socket, sockets, system, link } = setUp();
    socket.connect();
    system.advance(10_000);
    expect(link()).toMatchObject({ kind: "waiting", opened: false });
    expect(sockets.last.closedByClient).toBe(true);
    sockets.last.accept();
    expect(link().kind).toBe("waiting");
  });
});

describe("coming back", () => {
  test("waits longer and longer, and starts over once the server has spoken", () => {
    const { sockets, system, link } = connected();
    const waits: number[] = [];
    for (let round = 0; round < 4; round++) {
      sockets.last.cut();
      const now = link();
      if (now.kind !== "waiting") throw new Error(now.kind);
      waits.push(now.retryAt - system.now());
      system.advance(now.retryAt - system.now());
      expect(link().kind).toBe("connecting");
    }
    expect(waits).toEqual([500, 1000, 2000, 4000]);
    sockets.last.accept();
    sockets.last.cut();
    expect(link()).toMatchObject({ kind: "waiting", attempt: 5, opened: true });
    system.advance(8_000);
    sockets.last.accept();
    sockets.last.deliver(pong);
    sockets.last.cut();
    expect(link()).toMatchObject({ kind: "waiting", attempt: 1 });
  });

  for (const code of [1001, 1006, closeCodes.tooSlow, closeCodes.flooding, closeCodes.restarting]) {
    test(`comes back after ${code}`, () => {
      const { sockets, system, link } = connected();
      sockets.last.cut(code);
      system.advance(500);
      expect(link().kind).toBe("connecting");
    });
  }

  const final = [
    1009,
    closeCodes.signedOut,
    closeCodes.sessionExpired,
    closeCodes.accountDeleted,
    closeCodes.tooManySockets,
  ];
  for (const code of final) {
    test(`stays away after ${code} until asked`, () => {
      const { socket, sockets, system, link } = connected();
      sockets.last.cut(code);
      expect(link()).toEqual({ kind: "closed", code });
      system.advance(3_600_000);
      socket.wake();
      expect(sockets.all).toHaveLength(1);
      socket.connect();
      expect(sockets.all).toHaveLength(2);
    });
  }

  test("waking up tries at once", () => {
    const { socket, sockets, system } = connected();
    for (let round = 0; round < 6; round++) {
      sockets.last.cut();
      system.advance(round < 5 ? 30_000 : 0);
    }
    const before = sockets.all.length;
    socket.wake();
    expect(sockets.all).toHaveLength(before + 1);
  });

  test("closing is for good: no timer is left behind", () => {
    const { socket, sockets, system, link } = connected();
    socket.close();
    system.advance(3_600_000);
    expect(sockets.all).toHaveLength(1);
    expect(link()).toEqual({ kind: "closed", code: null });
  });

  test("what an old socket still says is not heard", () => {
    const { sockets, system, events, socket } = connected();
    const old = sockets.last;
    old.cut();
    system.advance(500);
    sockets.last.accept();
    old.deliver(pong);
    old.cut(closeCodes.signedOut);
    expect(events).toHaveLength(1);
    expect(socket.send({ type: "ping", ref: "x" })).toBe(true);
  });
});

describe("a connection that has died", () => {
  test("is asked after 25 s of silence, and given up after 10 s more", () => {
    const { sockets, system, link } = connected();
    system.advance(24_999);
    expect(sockets.last.sent).toEqual([]);
    system.advance(1);
    expect(sockets.last.sent).toEqual([{ type: "ping", ref: "ping" }]);
    system.advance(9_999);
    expect(link().kind).toBe("open");
    system.advance(1);
    expect(link()).toMatchObject({ kind: "waiting", attempt: 1, opened: true });
  });

  test("an answer, or anything else that is heard, proves it alive", () => {
    const { sockets, system, link } = connected();
    for (let round = 0; round < 5; round++) {
      system.advance(25_000);
      sockets.last.deliver(pong);
    }
    for (let round = 0; round < 5; round++) {
      system.advance(20_000);
      sockets.last.deliver({ type: "person.deleted", id: 1 });
    }
    expect(link().kind).toBe("open");
    expect(sockets.last.sent).toHaveLength(5);
  });

  test("is asked at once when the person comes back after a while", () => {
    const { socket, sockets, system, link } = connected();
    system.advance(4_000);
    socket.wake();
    expect(sockets.last.sent).toEqual([]);
    system.advance(2_000);
    socket.wake();
    expect(sockets.last.sent).toHaveLength(1);
    system.advance(10_000);
    expect(link().kind).toBe("waiting");
  });
});
