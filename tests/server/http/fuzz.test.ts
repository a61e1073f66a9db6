import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import * as v from "valibot";
import { credentials, deletion, passwordChange, registration } from "../../../server/protocol/account.ts";
import { type ErrorBody, errorCodes } from "../../../server/protocol/errors.ts";
import { clock } from "../../support/clock.ts";
import { contentsOf, database } from "../../support/database.ts";
import { anyValue, malformedTexts, spoiled } from "../../support/hostile.ts";
import { Person } from "../../support/person.ts";
import { routeList } from "../../support/route-rows.ts";
import { startServer, type TestServer } from "../../support/server.ts";

const { db, store } = database();
let server: TestServer;
let alice: Person;
let bystander: Awaited<ReturnType<Person["enter"]>>;
beforeAll(async () => {
  server = await startServer({ store, system: clock() });
  alice = await new Person(server, "alice").register();
  bystander = await (await new Person(server, "bob").register()).enter();
});
afterAll(async () => {
  expect((await bystander.say("undisturbed")).seq).toBe(1);
  expect(bystander.events.filter(({ type }) => type === "error")).toEqual([]);
  await server.stop();
  expect(server.bugs).toEqual([]);
});

const schemas: Record<string, v.GenericSchema> = {
  "POST /api/session": credentials,
  "POST /api/account": registration,
  "PUT /api/account/password": passwordChange,
  "DELETE /api/account": deletion,
};

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
  test("there is a schema for every route that reads a body", () => {
    const reading = routeList.filter(({ body }) => body).map(({ method, path }) => `${method} ${path}`);
    expect(Object.keys(schemas).toSorted()).toEqual(reading.toSorted());
  });

  for (const { method, path, body } of routeList) {
    if (!body) continue;
    const schema = schemas[`${method} ${path}`]!;

    test(`${method} ${path}`, async () => {
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

    test(`${method} ${path}, of texts that are no JSON`, async () => {
      const before = contentsOf(db);
      for (const text of malformedTexts) {
        const error = await expectRefusal(await alice.fetch(method, path, text), before);
        expect([text, error.code]).toEqual([text, "malformed"]);
      }
    });
  }
});

test("whatever bytes, types, paths and parameters come, no answer is a bug", async () => {
  const route = fc.constantFrom(
    ...routeList.map(({ path }) => path),
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
      fc.pre(!(method === "DELETE" && path === "/api/session"));
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
