import { expect, test } from "bun:test";
import type { Connections, Socket } from "../../../server/realtime/connections.ts";
import { heartbeat } from "../../../server/realtime/heartbeat.ts";
import { clock } from "../../support/clock.ts";

/** A socket of somebody who never answers, with so much waiting for it after so many seconds. */
function silentSocket(waiting: (second: number) => number) {
  let asked = 0;
  let isEnded = false;
  const socket = {
    data: { session: { id: Buffer.alloc(32), userId: 1 }, address: "::1", closed: false },
    getBufferedAmount: () => waiting(asked++),
    cork: (work: () => void) => work(),
    ping: () => 1,
    send: () => 1,
    terminate: () => {
      isEnded = true;
    },
  };
  return { socket: socket as unknown as Socket, isEnded: () => isEnded };
}

/** For how many seconds the socket is borne with; null when it stays. */
async function secondsOf(waiting: (second: number) => number): Promise<number | null> {
  const time = clock();
  const { socket, isEnded } = silentSocket(waiting);
  const connections = { all: () => [socket] } as unknown as Connections;
  const stop = heartbeat(connections, time);
  for (let second = 1; second <= 90; second++) {
    time.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
    if (isEnded()) return second;
  }
  stop();
  return null;
}

test("who does not answer for nine seconds is let go of, whether nothing waits for them or what waits does not move", async () => {
  expect(await secondsOf(() => 0)).toBeLessThanOrEqual(25);
  expect(await secondsOf(() => 300_000)).toBeLessThanOrEqual(25);
});

test("who takes what is queued before the question, however slowly, is there: nobody on a slow line is sent away", async () => {
  expect(await secondsOf((second) => 900_000 - second * 2_000)).toBeNull();
  // And once it stands still, it is no better than silence.
  const seconds = await secondsOf((second) => Math.max(50_000, 100_000 - second * 2_000));
  expect(seconds).toBeGreaterThan(30);
  expect(seconds).toBeLessThanOrEqual(60);
});
