import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { heldBackMs, longestWaitMs, throttle } from "../../../server/limits/throttle.ts";
import type { Refusal } from "../../../server/refusal.ts";
import { type Clock, clock } from "../../support/clock.ts";
import { fromHeader, startServer, type TestServer } from "../../support/server.ts";

/** Lets promises that are settled by now tell so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("the turns of one address", () => {
  const time = clock();
  const perSecond = 20;
  const atOnce = 4;
  const line = atOnce + (longestWaitMs / 1000) * perSecond;

  /** Asks so often at once; gives how many have had their turn by now, each time it is called. */
  function ask(times: number, turn: ReturnType<typeof throttle>, address = "192.0.2.1") {
    const refusals: Refusal[] = [];
    let served = 0;
    for (let at = 0; at < times; at++)
      turn(address).then(
        () => served++,
        (refusal) => refusals.push(refusal),
      );
    return async () => {
      await settled();
      return { served, refused: refusals };
    };
  }

  test("a fifth of a second's worth at once, then one after the other", async () => {
    const state = ask(7, throttle(perSecond, time));
    expect((await state()).served).toBe(atOnce);
    for (const served of [5, 6, 7]) {
      time.advance(49);
      expect((await state()).served).toBe(served - 1);
      time.advance(1);
      expect((await state()).served).toBe(served);
    }
  });

  test("nobody waits for another address", async () => {
    const turn = throttle(perSecond, time);
    ask(20, turn);
    expect((await ask(atOnce, turn, "192.0.2.2")()).served).toBe(atOnce);
  });

  test("where the line is too long a refusal comes, and not at once", async () => {
    const turn = throttle(perSecond, time);
    ask(line, turn);
    const state = ask(2, turn);
    time.advance(heldBackMs - 1);
    expect((await state()).refused).toEqual([]);
    time.advance(1);
    const refusal = { code: "rate_limited", retryAfter: longestWaitMs };
    expect(await state()).toMatchObject({ served: 0, refused: [refusal, refusal] });
  });

  test("who waited is served within the longest wait, and who comes afterwards at once", async () => {
    const turn = throttle(perSecond, time);
    const state = ask(line, turn);
    time.advance(longestWaitMs);
    expect((await state()).served).toBe(line);
    time.advance(1000);
    expect((await ask(atOnce, turn)()).served).toBe(atOnce);
  });
});

describe("ASVS 2.4.1 over HTTPS", () => {
  let time: Clock;
  let waiting = 0;
  let server: TestServer;
  beforeEach(async () => {
    time = clock();
    const after: Clock["after"] = (ms, run) => {
      waiting++;
      return time.after(ms, run);
    };
    server = await startServer({ system: { ...time, after }, env: { REQUESTS_PER_SECOND: "10" } });
  });
  afterEach(async () => {
    await server.stop();
    expect(server.bugs).toEqual([]);
  });
  const get = (path: string, from = "192.0.2.1") =>
    fetch(server.origin + path, { headers: { [fromHeader]: from }, tls: { rejectUnauthorized: false } });

  test("every request counts, whatever it asks, and the others' are served meanwhile", async () => {
    expect((await get("/")).status).toBe(200);
    expect((await get("/api/nothing")).status).toBe(404);
    let isAnswered = false;
    const third = get("/api/session").finally(() => {
      isAnswered = true;
    });
    for (const path of ["/", "/api/session"]) expect((await get(path, "192.0.2.2")).status).toBe(200);
    expect(isAnswered).toBe(false);
    time.advance(100);
    expect((await third).status).toBe(200);
  });

  test("a refusal is one of ours, with the headers of every answer", async () => {
    const before = waiting;
    const all = Array.from({ length: 103 }, () => get("/api/session"));
    // Two are served; the others are all here before time goes on.
    while (waiting - before < 101) await settled();
    time.advance(heldBackMs);
    time.advance(longestWaitMs);
    const refused = (await Promise.all(all)).filter(({ status }) => status !== 200);
    expect(refused.map(({ status, headers }) => [status, headers.get("retry-after")])).toEqual([[429, "10"]]);
    expect(refused[0]!.headers.get("content-security-policy")).not.toBeNull();
    expect((await refused[0]!.json()).error.code).toBe("rate_limited");
  });
});
