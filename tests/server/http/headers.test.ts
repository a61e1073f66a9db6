import { describe, expect, test } from "bun:test";
import { temporaryFolder } from "../../support/folder.ts";
import { Person } from "../../support/person.ts";
import { type Answer, post, type RawRequest, request, upgrade } from "../../support/raw.ts";
import { stage } from "../../support/stage.ts";

const clientFolder = temporaryFolder({ "index.html": "<!doctype html>", "assets/main-a1b2.js": "1" });

const { server, alice } = stage({ once: true, clientFolder, people: ["alice"] });

/** One way to each status there is. */
const ways: [number, string, () => Promise<Answer>][] = [
  [101, "a socket", () => openSocket()],
  [200, "a page", () => request(server, { path: "/" })],
  [200, "a file", () => request(server, { path: "/assets/main-a1b2.js" })],
  [200, "an answer", () => request(server, { path: "/api/session" })],
  [200, "HEAD", () => request(server, { method: "HEAD", path: "/api/session" })],
  [201, "a new account", () => post(server, "/api/account", { name: "bob", password: "correct horse" })],
  [400, "malformed", () => send("/api/session", { body: "{" })],
  [400, "an impossible Host", () => request(server, { headers: { Host: "[" } })],
  [401, "a stranger", () => request(server, { path: "/api/account" })],
  [401, "a stranger's socket", () => request(server, { path: "/api/socket", headers: upgrade(server) })],
  [403, "a foreign origin", () => send("/api/session", { headers: { Origin: "https://evil.example" } })],
  [404, "nothing", () => request(server, { path: "/api/nothing" })],
  [404, "no file", () => request(server, { path: "/nothing.js" })],
  [405, "TRACE", () => request(server, { method: "TRACE", headers: { Origin: server.origin } })],
  [409, "a name taken", () => post(server, "/api/account", { name: "alice", password: "correct horse" })],
  [413, "too much", () => send("/api/session", { body: " ".repeat(20_000) })],
  [415, "a form", () => send("/api/session", { headers: { "Content-Type": "text/plain" } })],
  [429, "too often", tooOften],
  [
    500,
    "a bug",
    () => withBug(() => request(server, { path: "/api/account", headers: { cookie: alice.cookies } })),
  ],
  [204, "signing out", signOut],
];

const send = (path: string, { headers, ...given }: RawRequest) =>
  request(server, {
    method: "POST",
    path,
    body: "{}",
    ...given,
    headers: { Origin: server.origin, "Content-Type": "application/json", ...headers },
  });

const openSocket = (more: Record<string, string> = {}) =>
  request(server, { path: "/api/socket", headers: upgrade(server, { cookie: alice.cookies, ...more }) });

async function signOut(): Promise<Answer> {
  const carol = await new Person(server, "carol").register();
  return await send("/api/session", { method: "DELETE", headers: { cookie: carol.cookies } });
}

async function tooOften(): Promise<Answer> {
  for (;;) {
    const given = { name: "nobody", password: "wrong horse battery" };
    const answer = await post(server, "/api/session", given);
    if (answer.status !== 401) return answer;
  }
}

async function withBug<T>(run: () => Promise<T>): Promise<T> {
  const { byId } = server.store.users;
  server.store.users.byId = () => Promise.reject(new Error("secret detail of the database"));
  const result = await run();
  server.store.users.byId = byId;
  expect(server.bugs.splice(0)).toHaveLength(1);
  return result;
}

describe("every answer carries the security headers", () => {
  for (const [status, name, get] of ways) {
    test(`ASVS 3.4.4 3.4.5 3.4.8 3.5.8 ${status}: ${name}`, async () => {
      const answer = await get();
      expect(answer.status).toBe(status);
      const said = (header: string) => answer.headers.get(header);
      expect(said("x-content-type-options")).toBe("nosniff");
      expect(said("referrer-policy")).toBe("no-referrer");
      expect(said("cross-origin-opener-policy")).toBe("same-origin");
      expect(said("cross-origin-resource-policy")).toBe("same-origin");
      expect(said("x-frame-options")).toBe("DENY");
      expect(said("content-security-policy")).not.toBeNull();
      // ASVS 3.4.2, 13.4.6: no other origin is let in, and no program is named.
      const telling = ["access-control-allow-origin", "server", "x-powered-by"];
      expect(telling.filter((header) => answer.headers.has(header))).toEqual([]);
    });
  }
});

test("ASVS 3.4.3 3.4.6 the content security policy allows our own files and nothing else", async () => {
  const { headers } = await request(server, {});
  const directives = headers.get("content-security-policy")!.split("; ");
  const policy = Object.fromEntries(directives.map((line) => line.split(/ (.*)/).slice(0, 2)));
  expect(policy).toEqual({
    "default-src": "'none'",
    "script-src": "'self'",
    "worker-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "svelte-trusted-html secure-chat-worker",
  });
});

describe("ASVS 3.4.1 HTTPS is made to stay, except where it would take other services along", () => {
  const local = [
    "localhost",
    "localhost:5000",
    "LOCALHOST",
    "127.0.0.1",
    "127.0.0.1:5000",
    "127.1.2.3",
    "[::1]",
  ];
  const others = [
    "chat.local",
    "chat.local:5000",
    "192.168.1.5:5000",
    "localhost.example",
    "127.0.0.1.example",
  ];
  const hsts = async (host: string, path: string) =>
    (await request(server, { path, headers: { Host: host } })).headers.get("strict-transport-security");
  for (const host of local) {
    test(`not for ${host}`, async () => expect(await hsts(host, "/")).toBeNull());
  }
  for (const host of others) {
    test(`for ${host}`, async () => {
      for (const path of ["/", "/api/session", "/api/nothing", "/nothing.js"]) {
        expect(await hsts(host, path)).toBe("max-age=31536000; includeSubDomains");
      }
      const answer = await send("/api/session", { body: " ".repeat(20_000), headers: { Host: host } });
      expect(answer.headers.has("strict-transport-security")).toBe(true);
      const socket = await openSocket({ Host: host });
      expect([socket.status, socket.headers.has("strict-transport-security")]).toEqual([101, true]);
    });
  }
});

test("ASVS 14.2.2 answers of the API are kept by no cache", async () => {
  for (const path of ["/api/session", "/api/account", "/api/nothing", "/api/health"]) {
    expect((await request(server, { path })).headers.get("cache-control")).toBe("no-store");
  }
});

test("ASVS 4.1.1 what an answer says of its type is so", async () => {
  const { headers } = await request(server, { path: "/" });
  expect(headers.get("content-type")).toBe("text/html;charset=utf-8");
  for (const path of ["/api/session", "/api/account", "/api/nothing"]) {
    const answer = await request(server, { path });
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(JSON.parse(answer.body)).toBeObject();
  }
});

test("ASVS 16.5.1 a bug is logged under an id, and answered without detail", async () => {
  const headers = { cookie: alice.cookies };
  const { status, body } = await withBug(() => request(server, { path: "/api/account", headers }));
  expect(status).toBe(500);
  const { error } = JSON.parse(body);
  expect(error).toEqual({
    code: "internal",
    id: "bug-1",
    message: "Something went wrong on the server. It is logged as bug-1.",
  });
});
