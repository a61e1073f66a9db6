import { describe, expect, test } from "bun:test";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import { Attention } from "../../../web/app/attention.svelte.ts";
import { ServerClock } from "../../../web/app/server-clock.svelte.ts";
import { timedFetch } from "../../../web/transport/timed-fetch.ts";
import { openChat } from "../fakes/client.ts";
import { ModelServer } from "../fakes/model-server.ts";
import { fakeSystem } from "../fakes/system.ts";

const minute = 60_000;
const hour = 60 * minute;
const wrongClocks: [string, number][] = [
  ["an hour slow", -hour],
  ["a day fast", 24 * hour],
];

describe("a device whose clock is wrong", () => {
  for (const [name, wrong] of wrongClocks) {
    /** A chat on a device whose clock is wrong by so much, and a server whose clock goes with it and is right. */
    const setUp = () => {
      const server = new ModelServer();
      const client = openChat(server);
      server.now = () => client.system.now() - wrong;
      client.connect();
      return { server, right: server.now, ...client };
    };

    test(`${name} ends a mute when the server does`, () => {
      const { server, right, chat, system } = setUp();
      server.tell({ type: "me.muted", until: right() + minute });
      expect(chat.myself.muting.left).toBeWithin(minute - 2_000, minute + 1);
      system.advance(minute - 3_000);
      expect(chat.myself.muting.until).not.toBeNull();
      system.advance(3_000);
      expect(chat.myself.muting.until).toBeNull();
    });

    test(`${name} dates what was not stored yet, and lines of the log, as the server would`, () => {
      const { right, chat } = setUp();
      chat.outbox.add(groupId, "on its way");
      const at = [chat.outbox.entries[0]!.at, chat.systemLines.between(groupId)[0]!.at, chat.now()];
      for (const each of at) expect(Math.abs(each - right())).toBeLessThanOrEqual(2_000);
    });

    test(`${name} takes the server's day for today`, () => {
      const system = fakeSystem();
      const clock = new ServerClock(system.now);
      const page = Object.assign(new EventTarget(), {
        document: Object.assign(new EventTarget(), { visibilityState: "visible", hasFocus: () => true }),
      });
      const attention = new Attention(page as unknown as Window, system, clock);
      expect(attention.now).toBe(system.now());
      clock.heard(system.now() - wrong, system.now() - wrong);
      expect(attention.now).toBe(system.now() - wrong);
    });
  }

  test("is put right by the next sign of life, also after it has ended a mute too early", () => {
    const server = new ModelServer();
    const { chat, system, connect } = openChat(server);
    let wrong = 0;
    server.now = () => system.now() - wrong;
    server.also = { mutedUntil: system.now() + 10 * minute };
    connect();
    wrong = hour;
    system.leap(hour);
    expect(chat.myself.muting.until).toBeNull();
    server.settle();
    system.advance(25_000);
    server.settle();
    expect(chat.myself.muting.left).toBeWithin(9 * minute, 10 * minute + 1);
  });
});

describe("the server's time", () => {
  test("is the device's until the server has said one, and stays where it fits what is said", () => {
    const clock = new ServerClock(() => 100_000);
    expect(clock.now()).toBe(100_000);
    for (const [earliest, latest, now] of [
      [99_000, 101_000, 100_000],
      [200_000, 202_000, 200_000],
      [150_000, 199_000, 199_000],
    ] as const) {
      clock.heard(earliest, latest);
      expect(clock.now()).toBe(now);
    }
  });

  test("is heard with every answer over HTTP, and not from one without a date", async () => {
    const heard: [number, number][] = [];
    let date: string | null = "Thu, 01 Jan 2026 00:00:07 GMT";
    let now = 5_000;
    const answer = async () => {
      now += 300;
      return new Response(null, date ? { headers: { Date: date } } : {});
    };
    const fetch = timedFetch(
      answer,
      () => now,
      (...moments) => heard.push(moments),
    );
    await fetch("/", {});
    for (date of [null, "soon"]) await fetch("/", {});
    const at = Date.UTC(2026, 0, 1, 0, 0, 7);
    expect(heard).toEqual([[at, at + 2_300]]);
  });
});
