import { describe, expect, test } from "bun:test";
import { Refusal } from "../../../server/refusal.ts";
import { connection } from "../../support/raw.ts";
import { ground, take } from "./ground.ts";

const { server, alice, bob, store } = ground();

describe("a large file", () => {
  const count = 20_000;

  /** Counts the pages of messages that are read. */
  function pagesMade() {
    const made = { pages: 0 };
    const { by } = server.store.messages;
    server.store.messages.by = (...asked) => {
      made.pages++;
      return by(...asked);
    };
    return made;
  }

  test("is made while it is taken: who does not read it on has it not made on", async () => {
    await store(count, [1], "group", 2_000);
    const made = pagesMade();
    const socket = await connection(server);
    socket.pause();
    const body = JSON.stringify({ format: "json" });
    const head = [
      "POST /api/account/export HTTP/1.1",
      `Host: ${new URL(server.origin).host}`,
      `Origin: ${server.origin}`,
      `Cookie: ${alice.cookies}`,
      "Content-Type: application/json",
      `Content-Length: ${body.length}`,
      "Connection: close",
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
    // It has been begun, and goes no further while many other requests are answered.
    let last = 0;
    for (let round = 0; round < 300 && (made.pages === 0 || last !== made.pages); round++) {
      last = made.pages;
      for (let asked = 0; asked < 20; asked++) await bob.fetch("GET", "/api/session");
    }
    expect(made.pages).toBeLessThan(count / 100 / 2);
    let bytes = 0;
    socket.on("data", ({ length }: Buffer) => {
      bytes += length;
    });
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
    expect(bytes).toBeGreaterThan(count * 2_000);
    expect(made.pages).toBe(count / 100 + 1);
  }, 30_000);

  test("is not made on for who has gone, and that is no bug", async () => {
    await store(count, [1], "group", 2_000);
    const made = pagesMade();
    const response = await take(alice);
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
    for (let asked = 0; asked < 20; asked++) await bob.fetch("GET", "/api/session");
    const then = made.pages;
    for (let asked = 0; asked < 20; asked++) await bob.fetch("GET", "/api/session");
    expect(made.pages).toBe(then);
    expect(then).toBeLessThan(count / 100);
  }, 30_000);

  test("ASVS 16.5.3 that cannot be read to its end is not taken for whole", async () => {
    await store(2_000, [1], "group");
    const { by } = server.store.messages;
    for (const failure of [new Refusal("busy"), new Error("a bug")]) {
      let pages = 0;
      server.store.messages.by = (...asked) => {
        if (++pages > 5) throw failure;
        return by(...asked);
      };
      const taken = await take(alice)
        .then((response) => response.text())
        .catch(() => null);
      expect(taken).toBeNull();
    }
    // A busy database is none.
    expect(server.bugs.splice(0)).toEqual([new Error("a bug")]);
    server.store.messages.by = by;
    expect((await take(bob)).status).toBe(200);
  });
});
