import { describe, expect, test } from "bun:test";
import { type Route, routes } from "../../../server/protocol/routes.ts";
import { exchange, request } from "../../support/raw.ts";
import { routeList, routeRows } from "../../support/route-rows.ts";
import { stage } from "../../support/stage.ts";
import { village } from "../../support/village.ts";

const { server, alice, contents } = stage({ once: true, people: ["alice"] });

const paths = [...new Set(routeList.map(({ address }) => address))];
const methodsOf = (path: string) =>
  routeList.filter(({ address }) => address === path).map(({ method }) => method);

test("every route has a row here, and no row is without its route", () => {
  const seen = ([route, { access, fresh }]: [string, Pick<Route, "access" | "fresh">]) => [
    route,
    access,
    fresh === true,
  ];
  const real = Object.entries<Route>(routes).map(seen);
  const said = Object.entries(routeRows).map(seen);
  expect(said.toSorted()).toEqual(real.toSorted());
});

describe("ASVS 13.4.4 a method that is not declared is refused, and told which are", () => {
  const methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"];
  for (const path of paths) {
    test(path, async () => {
      const allowed = methodsOf(path);
      for (const method of methods.filter((method) => !allowed.includes(method))) {
        const answer = await request(server, { method, path, headers: { Origin: server.origin } });
        expect([method, answer.status]).toEqual([method, 405]);
        expect(JSON.parse(answer.body).error.code).toBe("method_not_allowed");
        const said = answer.headers.get("allow")!.split(", ");
        expect(said).toEqual(allowed.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])));
      }
    });
  }

  test("ASVS 4.1.4 a method nobody has heard of gets no content", async () => {
    const text = await exchange(server, "FROBNICATE /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect(text).not.toContain(" 200 ");
  });

  test("pages and files are only for reading", async () => {
    for (const method of ["POST", "PUT", "DELETE", "TRACE", "OPTIONS"]) {
      const answer = await request(server, { method, path: "/login", headers: { Origin: server.origin } });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
  });
});

test("what is not there is told in the same way everywhere under /api", async () => {
  for (const path of [
    "/api/",
    "/api/nothing",
    "/api/session/",
    "/api/account/x",
    "/api/SESSION",
    "/api/.env",
  ]) {
    const { status, body } = await request(server, { path });
    expect([path, status, JSON.parse(body).error.code]).toEqual([path, 404, "not_found"]);
  }
});

test("ASVS 3.5.3 reading changes nothing, by whichever method, also with parameters", async () => {
  const before = contents();
  for (const { address: path } of routeList) {
    for (const method of ["GET", "HEAD"]) {
      for (const query of ["", "?name=alice&name=bob", "?__proto__[x]=1&method=DELETE&_method=DELETE"]) {
        const plain = await alice.fetch(method, path);
        const { status } = await alice.fetch(method, path + query, undefined, {
          "x-http-method-override": "DELETE",
        });
        expect([path, query, status]).toEqual([path, query, plain.status]);
      }
    }
  }
  expect(contents()).toEqual(before);
});

test("HEAD answers like GET, without a body", async () => {
  for (const path of ["/api/session", "/api/account", "/api/health"]) {
    const [get, head] = [await alice.fetch("GET", path), await alice.fetch("HEAD", path)];
    expect([head.status, head.headers.get("content-type"), await head.text()]).toEqual([
      get.status,
      "application/json",
      "",
    ]);
  }
});

test("ASVS 15.3.1 answers hold what is told of them and nothing else", async () => {
  const { server, people } = await village({ alice: "owner", bob: "member" });
  const keysOf = async (path: string) => {
    const answer: unknown = await people.alice!.get(path);
    return Object.keys((Array.isArray(answer) ? answer[0] : answer) as object).toSorted();
  };
  const said: Record<string, string[]> = {
    "/api/session": ["providers", "settings", "stage", "user"],
    "/api/account": [
      "createdAt",
      "hasCode",
      "hasPasskey",
      "hasPassword",
      "hasRecovery",
      "id",
      "isFresh",
      "lastSignInAt",
      "name",
      "provesInTwoSteps",
      "role",
    ],
    "/api/account/sessions": [
      "address",
      "browser",
      "createdAt",
      "id",
      "isBound",
      "isThis",
      "isTwoStep",
      "isWaiting",
      "label",
      "seenAt",
      "system",
    ],
    "/api/people": [
      "createdAt",
      "hasSecondFactor",
      "id",
      "lastSignInAt",
      "mutedUntil",
      "name",
      "role",
      "sessions",
      "status",
      "statusReason",
    ],
    "/api/settings": [
      "messageBurst",
      "messageBytes",
      "messagesPerMinute",
      "name",
      "registration",
      "secondFactor",
      "welcome",
    ],
    "/api/audit": ["before", "entries"],
  };
  for (const [path, keys] of Object.entries(said)) expect([path, await keysOf(path)]).toEqual([path, keys]);
  await server.stop();
});

test("an address for sockets says so to whoever is no socket", async () => {
  const response = await alice.fetch("GET", "/api/socket");
  expect([response.status, (await response.json()).error.message]).toEqual([
    400,
    "This address is for WebSockets.",
  ]);
});

describe("each route does what its row says", () => {
  for (const { method, path, address, body, status } of routeList) {
    if (status === 101) continue;
    test(`${method} ${path}`, async () => {
      const { server, people } = await village({ alice: "owner", bob: "member" });
      await (await people.bob!.enter()).say("Hello");
      expect((await people.alice!.fetch(method, address, body)).status).toBe(status);
      await server.stop();
      expect(server.bugs).toEqual([]);
    });
  }
});
