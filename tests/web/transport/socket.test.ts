import { describe, expect, test } from "bun:test";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import type { ChatEvent } from "../../../server/protocol/events.ts";
import { limits } from "../../../server/protocol/limits.ts";
import { type Link, ReconnectingSocket } from "../../../web/transport/socket.ts";
import { fakeSockets } from "../fakes/socket-pair.ts";
import { fakeSystem } from "../fakes/system.ts";

function setUp() {
  const system = fakeSystem();
  const sockets = fakeSockets();
  const links: Link[] = [];
  const events: ChatEvent[] = [];
  /** When the server fell silent, and null for when it was heard again. */
  const silences: (number | null)[] = [null];
  const socket = new ReconnectingSocket(
    {
      url: "wss://chat.test/api/socket",
      WebSocket: sockets.WebSocket,
      protocols: () => ["secure-chat"],
      system,
    },
    {
      changed: (link) => links.push(link),
      received: (received) => {
        events.push(...received);
        if (silences.at(-1) !== null) silences.push(null);
      },
      fellSilent: () => silences.push(system.now()),
    },
  );
  const link = () => links.at(-1)!;
  return { system, sockets, links, events, socket, link, silences };
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
  /** When it is known to be silent, and when it is given up, in milliseconds from now on. */
  function course({ system, silences, link }: ReturnType<typeof setUp>) {
    const start = system.now();
    while (link().kind === "open") system.advance(100);
    return [silences.at(-1)! - start, system.now() - start];
  }

  test("is known within 15 s where nothing is sent, and given up 5 s later", () => {
    const all = connected();
    expect(course(all)).toEqual([14_900, 19_900]);
    expect(all.sockets.last.sent).toEqual([{ type: "ping", ref: "ping" }]);
    expect(all.link()).toMatchObject({ kind: "waiting", attempt: 1, opened: true });
  });

  test("is known within 6 s where something is sent", () => {
    const all = connected();
    all.system.advance(5_000);
    const command = { type: "message.delete", ref: "1", conversation: "group", seq: 1 } as const;
    all.socket.send(command);
    expect(course(all)).toEqual([6_000, 11_000]);
    expect(all.sockets.last.sent).toEqual([command, { type: "ping", ref: "ping" }]);
  });

  test("is known no later where more and more is sent into it", () => {
    const all = connected();
    for (let count = 0; count < 5; count++) {
      all.socket.send({ type: "chat.enter", ref: String(count) });
      all.system.advance(1_000);
    }
    expect(course(all)[0]).toBe(1_000);
  });

  test("is known within 3 s where the browser says that its network changed, and soon after somebody comes back", () => {
    const all = connected();
    all.socket.doubt();
    expect(course(all)[0]).toBe(3_000);
    const again = connected();
    again.system.advance(4_000);
    again.socket.wake();
    expect(again.sockets.last.sent).toEqual([]);
    again.system.advance(2_000);
    for (let count = 0; count < 3; count++) again.socket.wake();
    expect(again.sockets.last.sent).toHaveLength(1);
    expect(course(again)[0]).toBe(3_000);
  });

  test("is none as long as the server gives its sign of life: nothing is asked, nothing is sent", () => {
    const { sockets, system, link, silences } = connected();
    for (let round = 0; round < 20; round++) {
      system.advance(limits.heartbeatMs + 500);
      sockets.last.deliver();
    }
    expect([link().kind, sockets.last.sent, silences]).toEqual(["open", [], [null]]);
  });

  test("that answers late was only slow: it goes on, and the silence is over", () => {
    const { sockets, system, link, silences, socket } = connected();
    socket.send({ type: "chat.enter", ref: "1" });
    system.advance(10_000);
    expect(silences).toHaveLength(2);
    sockets.last.deliver(pong);
    expect([silences.at(-1), link().kind]).toEqual([null, "open"]);
    system.advance(5_000);
    expect(link().kind).toBe("open");
  });

  test("is left at once where somebody does not want to wait", () => {
    const { sockets, system, socket, link } = connected();
    socket.connect();
    expect(sockets.all).toHaveLength(1);
    system.advance(15_000);
    socket.connect();
    expect([link().kind, sockets.all.length]).toEqual(["connecting", 2]);
  });

  test("is not looked for by a mark of what was read, which has no answer", () => {
    const { sockets, system, socket } = connected();
    socket.send({ type: "read.mark", ref: "1", conversation: "group", seq: 1 });
    system.advance(12_000);
    expect(sockets.last.sent).toHaveLength(1);
  });
});
