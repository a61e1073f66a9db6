import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import * as v from "valibot";
import type { Db } from "../../../server/db/sqlite/open.ts";
import { type ErrorBody, errorCodes } from "../../../server/protocol/errors.ts";
import { clock } from "../../support/clock.ts";
import { contentsOf } from "../../support/database.ts";
import { anyValue, malformedTexts, spoiled } from "../../support/hostile.ts";
import type { Person } from "../../support/person.ts";
import { routeList } from "../../support/route-rows.ts";
import type { TestServer } from "../../support/server.ts";
import { village } from "../../support/village.ts";

let db: Db;
let server: TestServer;
let alice: Person;
let bystander: Awaited<ReturnType<Person["enter"]>>;
beforeAll(async () => {
  // An owner, whom no right is missing that would hide what a route does with what it reads.
  const settled = await village({ alice: "owner", bob: "member" }, { system: clock() });
  server = settled.server;
  db = settled.base.db;
  alice = settled.people.alice!;
  bystander = await settled.people.bob!.enter();
});
afterAll(async () => {
  expect((await bystander.say("undisturbed")).seq).toBe(1);
  expect(bystander.events.filter(({ type }) => type === "error")).toEqual([]);
  await server.stop();
  expect(server.bugs).toEqual([]);
});

/** Whatever was asked, the refusal is one of ours, whole, and nothing has changed. */
async function expectRefusal(response: Response, before: unknown): Promise<ErrorBody["error"]> {
  const { error } = (await response.json()) as ErrorBody;
  expect(response.status).toBe(errorCodes[error.code].status);
  expect(response.status).toBeLessThan(500);
  expect(error.message).toMatch(/^\S.*\.$/su);
  expect(response.headers.get("content-security-policy")).not.toBeNull();
  expect(contentsOf(db)).toEqual(before as never);
  return error;
}

describe("ASVS 2.2.1 2.2.2 whatever a body holds, it is answered, and changes nothing unless it is right", () => {
  for (const { method, path: route, address: path, body, schema } of routeList) {
    if (!body || !schema) continue;

    test(`${method} ${route}`, async () => {
      const before = contentsOf(db);
      await fc.assert(
        fc.asyncProperty(spoiled(body), async (given) => {
          fc.pre(!v.is(schema, given));
          const response = await alice.fetch(method, path, JSON.stringify(given) ?? "");
          const error = await expectRefusal(response, before);
          expect(error.code).toBeOneOf(["invalid", "malformed"]);
        }),
        { numRuns: 150 },
      );
    });

    test(`${method} ${route}, of texts that are no JSON`, async () => {
      const before = contentsOf(db);
      for (const text of malformedTexts) {
        const error = await expectRefusal(await alice.fetch(method, path, text), before);
        expect([text, error.code]).toEqual([text, "malformed"]);
      }
    });
  }
});

const changes = ({ method, body }: (typeof routeList)[number]) => method !== "GET" && body === undefined;

test("whatever bytes, types, paths and parameters come, no answer is a bug", async () => {
  const route = fc.constantFrom(
    ...routeList.map(({ address }) => address),
    "/",
    "/assets/x.js",
    "/api/nothing",
    "/c/group",
  );
  const method = fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS");
  const type = fc.constantFrom("application/json", "text/plain", "application/json;charset=utf-8", "", ";;=");
  const query = fc.webQueryParameters().map((text) => (text ? `?${text}&${text}` : ""));
  const bytes = fc.uint8Array({ maxLength: 200 });
  const before = contentsOf(db);
  await fc.assert(
    fc.asyncProperty(method, route, query, type, bytes, async (method, path, query, type, bytes) => {
      // What needs no body does what it is for.
      fc.pre(!routeList.some((row) => row.method === method && row.address === path && changes(row)));
      const reads = method === "GET" || method === "HEAD";
      const response = await fetch(server.origin + path + query, {
        method,
        headers: { origin: server.origin, cookie: alice.cookies, "content-type": type },
        body: reads ? undefined : bytes,
        tls: { rejectUnauthorized: false },
      });
      await response.arrayBuffer();
      expect(response.status).toBeLessThan(500);
      expect(contentsOf(db)).toEqual(before);
    }),
    { numRuns: 400 },
  );
});

test("whatever headers come, no answer is a bug", async () => {
  const text = fc.string({ maxLength: 60 }).map((text) => text.replace(/[^\x20-\x7e]/g, "?"));
  const name = fc.constantFrom(
    "cookie",
    "origin",
    "accept-encoding",
    "content-type",
    "sec-fetch-site",
    "user-agent",
  );
  const cookies = fc.tuple(text, text).map(([a, b]) => `__Host-session=${a}; __Host-device=${b}`);
  const value = fc.oneof(
    text,
    cookies,
    anyValue.map((value) => encodeURIComponent(JSON.stringify(value).toWellFormed())),
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, value), fc.constantFrom("GET", "POST"), async (headers, method) => {
      const response = await fetch(`${server.origin}/api/session`, {
        method,
        headers,
        body: method === "POST" ? "{}" : undefined,
        tls: { rejectUnauthorized: false },
      });
      await response.arrayBuffer();
      expect(response.status).toBeLessThan(500);
    }),
    { numRuns: 300 },
  );
});
