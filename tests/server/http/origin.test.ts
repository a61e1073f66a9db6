import { beforeAll, describe, expect, test } from "bun:test";
import { Person } from "../../support/person.ts";
import { type Answer, request, upgrade } from "../../support/raw.ts";
import { unsafeRoutes } from "../../support/route-rows.ts";
import { startServer } from "../../support/server.ts";
import { stage } from "../../support/stage.ts";

let port: number;
const { server, alice, contents } = stage({ once: true, people: ["alice"] });
beforeAll(() => {
  port = server.server.port!;
});

/** What a page elsewhere can make a browser send as `Origin`; null where it sends none. */
const foreign = (): [string, string | null][] => [
  ["no origin", null],
  ["an empty one", ""],
  ["null", "null"],
  ["another site", "https://evil.example"],
  ["a sibling port", `https://localhost:${port + 1}`],
  ["no port", "https://localhost"],
  ["plain HTTP", `http://localhost:${port}`],
  ["a name that begins alike", `https://localhost:${port}.evil.example`],
  ["a name that ends alike", `https://evil-localhost:${port}`],
  ["a path", `${server.origin}/`],
  ["two", `${server.origin}, https://evil.example`],
  ["another case", server.origin.toUpperCase()],
  ["the other name of this machine", `https://127.0.0.1:${port}`],
];
const types = ["application/json", "text/plain", "application/x-www-form-urlencoded", null];
const sites = ["cross-site", "same-site", "none", "nonsense", ""];

const headers = (origin: string | null, type: string | null, site?: string): Record<string, string> => ({
  Cookie: alice.cookies,
  ...(origin === null ? {} : { Origin: origin }),
  ...(type === null ? {} : { "Content-Type": type }),
  ...(site === undefined ? {} : { "Sec-Fetch-Site": site }),
});

function expectForeign(what: unknown, { status, body, headers }: Answer) {
  expect([what, status, JSON.parse(body).error.code]).toEqual([what, 403, "foreign_origin"]);
  expect(headers.has("access-control-allow-origin")).toBe(false);
  expect(headers.has("set-cookie")).toBe(false);
}

describe("ASVS 3.5.1 3.5.2 a page of another origin changes nothing", () => {
  for (const { method, address: path, body } of unsafeRoutes) {
    test(`${method} ${path}, whatever the origin and the type of the body`, async () => {
      const before = contents();
      for (const [name, origin] of foreign()) {
        for (const type of types) {
          const given = { method, path, body: JSON.stringify(body ?? {}), headers: headers(origin, type) };
          expectForeign([name, type], await request(server, given));
        }
      }
      expect(contents()).toEqual(before);
    });

    test(`${method} ${path}, when the browser says that the request came from elsewhere`, async () => {
      const before = contents();
      for (const site of sites) {
        const given = { method, path, body: "{}", headers: headers(server.origin, "application/json", site) };
        expectForeign(site, await request(server, given));
      }
      expect(contents()).toEqual(before);
    });
  }

  test("nor by a method that does not exist, nor where there is nothing", async () => {
    for (const method of ["PATCH", "TRACE"]) {
      expectForeign(method, await request(server, { method, path: "/api/session" }));
    }
    expectForeign("nothing", await request(server, { method: "POST", path: "/api/nothing" }));
  });
});

describe("ASVS 4.4.2 a page of another origin opens no socket", () => {
  const open = (origin: string | null, site?: string) => {
    const { Origin: _, ...rest } = upgrade(server);
    return request(server, { path: "/api/socket", headers: { ...rest, ...headers(origin, null, site) } });
  };

  test("whatever its origin", async () => {
    for (const [name, origin] of foreign()) expectForeign(name, await open(origin));
  });

  test("nor when the browser says that it came from elsewhere", async () => {
    for (const site of sites) expectForeign(site, await open(server.origin, site));
  });

  test("our own page does", async () => {
    expect((await open(server.origin)).status).toBe(101);
    expect((await open(server.origin, "same-origin")).status).toBe(101);
  });
});

test("the origin is compared with the configured ones, never with what the request calls the server", async () => {
  const more = { Host: "evil.example", "X-Forwarded-Host": "evil.example", Forwarded: "host=evil.example" };
  const given = { ...headers("https://evil.example", "application/json"), ...more };
  expectForeign("host", await request(server, { method: "DELETE", path: "/api/session", headers: given }));
});

test("ASVS 3.4.2 reading is not shared with other origins", async () => {
  for (const method of ["GET", "OPTIONS"]) {
    const given = {
      Cookie: alice.cookies,
      Origin: "https://evil.example",
      "Access-Control-Request-Method": "PUT",
    };
    const answer = await request(server, { method, path: "/api/account", headers: given });
    const cors = [...answer.headers.keys()].filter((name) => name.startsWith("access-control-"));
    expect(cors).toEqual([]);
  }
});

test("configured origins are the only ones", async () => {
  const elsewhere = await startServer({
    env: { ORIGINS: "https://chat.example,https://10.0.0.1:5000" },
  });
  const register = (name: string, origin: string) =>
    new Person(elsewhere, name).fetch(
      "POST",
      "/api/account",
      { name, password: "correct horse" },
      { origin },
    );
  expect((await register("one", "https://chat.example")).status).toBe(201);
  expect((await register("two", "https://10.0.0.1:5000")).status).toBe(201);
  expect((await register("three", elsewhere.origin)).status).toBe(403);
  await elsewhere.stop();
});
