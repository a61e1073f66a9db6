import { describe, expect, test } from "bun:test";
import { Person } from "../../support/person.ts";
import { answer, connection, exchange, request } from "../../support/raw.ts";
import { stage } from "../../support/stage.ts";

const { server } = stage({ once: true });

const host = "Host: localhost\r\n";
const signIn = (framing: string, body: string) =>
  `POST /api/session HTTP/1.1\r\n${host}Origin: ${server.origin}\r\nContent-Type: application/json\r\n${framing}\r\n\r\n${body}`;

describe("ASVS 4.2.1 a request that two programs could read differently is refused and its connection closed", () => {
  const chunked = "2\r\n{}\r\n0\r\n\r\n";
  const cases: [string, () => string][] = [
    ["a length and chunks", () => signIn("Content-Length: 2\r\nTransfer-Encoding: chunked", chunked)],
    ["chunks and a length", () => signIn("Transfer-Encoding: chunked\r\nContent-Length: 2", chunked)],
    ["two lengths", () => signIn("Content-Length: 2\r\nContent-Length: 3", "{}x")],
    ["a negative length", () => signIn("Content-Length: -2", "{}")],
    ["a length in another base", () => signIn("Content-Length: 0x2", "{}")],
    ["an endless length", () => signIn(`Content-Length: ${"9".repeat(30)}`, "{}")],
    ["a bad chunk", () => signIn("Transfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n")],
    ["an unknown coding", () => signIn("Transfer-Encoding: xchunked", chunked)],
    ["a space before the colon", () => signIn("Transfer-Encoding : chunked", chunked)],
    ["no host", () => "GET /api/health HTTP/1.1\r\n\r\n"],
    ["a folded header", () => `GET /api/health HTTP/1.1\r\n${host}X: a\r\n b\r\n\r\n`],
    ["a line that ends early", () => `GET /api/health HTTP/1.1\r\n${host}X: a\nY: b\r\n\r\n`],
    ["a NUL", () => "GET /api/health HTTP/1.1\r\nHost: a\0b\r\n\r\n"],
    ["no HTTP at all", () => "\x00\x01\x02\r\n\r\n"],
  ];
  for (const [name, bytes] of cases) {
    test(name, async () => expect(answer(await exchange(server, bytes())).status).toBe(400));
  }

  test("what follows a refused request is not read as one", async () => {
    const hidden = `GET /api/health HTTP/1.1\r\n${host}\r\n`;
    const text = await exchange(server, signIn("Content-Length: 0\r\nTransfer-Encoding: chunked", hidden));
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });
});

describe("an odd request is answered without a bug", () => {
  test("a Host that is none", async () => {
    for (const given of ["[", "a:99999", "%"]) {
      const { status, headers, body } = await request(server, {
        path: "/api/health",
        headers: { Host: given },
      });
      expect([given, status]).toEqual([given, 400]);
      expect(JSON.parse(body).error.code).toBe("invalid");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  test("no Host, as the checks of load balancers send it", async () => {
    expect(answer(await exchange(server, "GET /api/health HTTP/1.0\r\n\r\n")).status).toBe(200);
  });

  test("targets that are no paths", async () => {
    for (const path of ["//api/health", "/%", "/%ff%00", "/api/%2e%2e/health", "http://evil/api/health"]) {
      expect((await request(server, { path })).status).toBeLessThan(500);
    }
  });

  test("a header too large for any purpose", async () => {
    const { status } = await request(server, { headers: { Cookie: `__Host-session=${"a".repeat(30_000)}` } });
    expect(status).toBe(431);
  });
});

test("silent and slow clients disturb nobody", async () => {
  const idle = await Promise.all(Array.from({ length: 50 }, () => connection(server)));
  for (const [at, socket] of idle.entries()) {
    socket.on("error", () => {});
    if (at % 2) socket.write(signIn("Content-Length: 500", '{"name":').slice(0, at % 3 ? 40 : undefined));
  }
  const alice = await new Person(server, "alice").register();
  const socket = await alice.enter();
  expect((await socket.say("still here")).seq).toBe(1);
  alice.leave();
  for (const each of idle) each.destroy();
});

test("a client that goes away while sending a body is no bug of ours", async () => {
  const socket = await connection(server);
  socket.write(signIn("Content-Length: 500", '{"name":'));
  // Answered on another connection after the first was taken up.
  await request(server, { path: "/api/health" });
  const gone = new Promise((resolve) => socket.once("close", resolve));
  socket.destroy();
  await gone;
  await request(server, { path: "/api/health" });
  expect(server.bugs).toEqual([]);
});
