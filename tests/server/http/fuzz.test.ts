import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import * as v from "valibot";
import { type ErrorBody, errorCodes } from "../../../server/protocol/errors.ts";
import type { Db } from "../../../server/store/sqlite/open.ts";
import { clock } from "../../support/clock.ts";
import { contentsOf } from "../../support/database.ts";
import { Fuzzing, leastCases } from "../../support/fuzzing.ts";
import { anyValue, malformedTexts, spoiled } from "../../support/hostile.ts";
import type { Person } from "../../support/person.ts";
import { routeList } from "../../support/route-rows.ts";
import type { TestServer } from "../../support/server.ts";
import { village } from "../../support/village.ts";

let db: Db;
let server: TestServer;
let alice: Person;
let bystander: Awaited<ReturnType<Person["enter"]>>;
let fuzzing: Fuzzing;
beforeAll(async () => {
  // An owner, whom no right is missing that would hide what a route does with what it reads.
  const settled = await village({ alice: "owner", bob: "member" }, { system: clock() });
  server = settled.server;
  db = settled.base.db;
  alice = settled.people.alice!;
  bystander = await settled.people.bob!.enter();
  fuzzing = new Fuzzing();
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
      const property = fc.asyncProperty(spoiled(body), async (given) => {
        fc.pre(!v.is(schema, given));
        const response = await alice.fetch(method, path, JSON.stringify(given) ?? "");
        const error = await expectRefusal(response, before);
        expect(error.code).toBeOneOf(["invalid", "malformed"]);
      });
      await fuzzing.try(property, 150);
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

/** What needs no body does what it is for, unless it is asked for something that there is not, or by nobody. */
const changes = ({ method, body }: { method: string; body?: unknown }) =>
  method !== "GET" && body === undefined;
const segment = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 60 }),
    fc.nat().map(String),
    fc.constantFrom("..", "%", "%00", "1e3", "-1"),
  )
  .filter((text) => !/^0*[12]$/.test(text));
const type = fc.constantFrom("application/json", "text/plain", "application/json;charset=utf-8", "", ";;=");
const query = fc.webQueryParameters().map((text) => (text ? `?${text}&${text}` : ""));
const bytes = fc.uint8Array({ maxLength: 200 });

describe("whatever bytes, types, paths and parameters come, no answer is a bug", () => {
  for (const route of routeList) {
    const cookie = () => (changes(route) && !route.path.includes(":") ? "" : alice.cookies);
    test(`${route.method} ${route.path}`, () => tryWith(fc.constant(route.method), route.path, cookie));
  }

  const paths = new Set([
    ...routeList.map(({ path }) => path),
    "/",
    "/assets/x.js",
    "/api/nothing",
    "/c/group",
  ]);
  for (const path of paths) {
    const meant = routeList.filter((route) => route.path === path).map(({ method }) => method);
    const others = ["HEAD", "PATCH", "OPTIONS", "GET", "POST", "PUT", "DELETE"].filter(
      (method) => !meant.includes(method),
    );
    test(`${others.join(", ")} ${path}, which are not meant`, () =>
      tryWith(fc.constantFrom(...others), path, () => alice.cookies));
  }
});

async function tryWith(methods: fc.Arbitrary<string>, path: string, cookie: () => string): Promise<void> {
  let before = contentsOf(db);
  const property = fc.asyncProperty(
    fc.tuple(methods, segment, query, type, bytes),
    async ([method, segment, query, type, bytes]) => {
      const address = path.replaceAll(":id", encodeURIComponent(segment.toWellFormed()));
      const reads = method === "GET" || method === "HEAD";
      const response = await fetch(server.origin + address + query, {
        method,
        headers: { origin: server.origin, cookie: cookie(), "content-type": type },
        body: reads ? undefined : bytes,
        redirect: "manual",
        tls: { rejectUnauthorized: false },
      });
      await response.arrayBuffer();
      expect(response.status).toBeLessThan(500);
      const asked = contentsOf(db);
      // Only what anybody may ask for without a body is taken: a question for a passkey, say.
      if (cookie() !== "" || response.status >= 400) expect(asked).toEqual(before);
      before = asked;
    },
  );
  await fuzzing.try(property, 40);
}

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
  const method = fc.constantFrom("GET", "POST");
  const property = fc.asyncProperty(fc.dictionary(name, value), method, async (headers, method) => {
    const response = await fetch(`${server.origin}/api/session`, {
      method,
      headers,
      body: method === "POST" ? "{}" : undefined,
      tls: { rejectUnauthorized: false },
    });
    await response.arrayBuffer();
    expect(response.status).toBeLessThan(500);
  });
  await fuzzing.try(property, 300);
});

test("these were as many as are counted on; no request is stuck, and nothing is kept of them", () => {
  expect(server.server.pendingRequests).toBe(0);
  fuzzing.expectAll(leastCases.requests);
});
