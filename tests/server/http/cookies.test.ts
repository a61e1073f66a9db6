import { beforeAll, describe, expect, test } from "bun:test";
import { Person, password } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

let alice: Person;
let answers: [string, Response][];
const bodies: string[] = [];
const { server } = stage({ once: true });
beforeAll(async () => {
  alice = new Person(server, "alice");
  const other = "another horse battery";
  const ways: [string, () => Promise<Response>][] = [
    ["registering", () => alice.fetch("POST", "/api/account", { name: "alice", password })],
    ["signing in", () => alice.signIn()],
    [
      "changing the password",
      () => alice.fetch("PUT", "/api/account/password", { current: password, password: other }),
    ],
    ["asking who it is", () => alice.fetch("GET", "/api/session")],
    ["signing out", () => alice.fetch("DELETE", "/api/session")],
    ["signing in again", () => alice.signIn(other)],
    ["deleting", () => alice.fetch("DELETE", "/api/account", { messages: "keep" })],
  ];
  answers = [];
  for (const [name, run] of ways) {
    const response = await run();
    bodies.push(await response.clone().text());
    answers.push([name, response]);
  }
});

const cookies = () =>
  answers.flatMap(([name, { headers }]) =>
    headers.getSetCookie().map((line) => {
      const [pair, ...attributes] = line.split("; ");
      return { name, line, pair: pair!, attributes: attributes.toSorted() };
    }),
  );

test("ASVS 3.3.1 3.3.2 3.3.3 3.3.4 every cookie is bound to this host, out of reach of scripts and of other sites", () => {
  expect(cookies().length).toBeGreaterThan(6);
  for (const { pair, attributes } of cookies()) {
    expect(pair).toMatch(/^__Host-(session|device)=[\w-]*$/);
    expect(attributes.filter((attribute) => !attribute.startsWith("Max-Age="))).toEqual([
      "HttpOnly",
      "Path=/",
      "SameSite=Strict",
      "Secure",
    ]);
  }
});

test("ASVS 3.3.5 none is near the size at which browsers drop them", () => {
  for (const { line } of cookies()) expect(line.length).toBeLessThan(300);
});

test("a session's cookie lasts no longer than the session can", () => {
  const set = cookies().filter(({ pair }) => /^__Host-session=./.test(pair));
  expect(set.map(({ name }) => name)).toEqual([
    "registering",
    "signing in",
    "changing the password",
    "signing in again",
  ]);
  for (const { attributes } of set) expect(attributes).toContain("Max-Age=2592000");
});

test("ASVS 14.3.1 signing out and deleting take it back, and what the browser kept of our answers", () => {
  const taken = cookies().filter(({ pair }) => pair === "__Host-session=");
  expect(taken.map(({ name }) => name)).toEqual(["signing out", "deleting"]);
  for (const { attributes } of taken) expect(attributes).toContain("Max-Age=0");
  for (const [name, { headers }] of answers) {
    const leaving = name === "signing out" || name === "deleting";
    expect([name, headers.get("clear-site-data")]).toEqual([name, leaving ? '"cache"' : null]);
  }
});

describe("ASVS 3.3.4 no body holds what is in a cookie", () => {
  test("of those that set one", () => {
    const values = cookies().map(({ pair }) => pair.split("=")[1]!);
    for (const value of values.filter((value) => value !== "")) {
      for (const body of bodies) expect(body).not.toContain(value);
    }
  });
});

test("a session is read from its cookie and from nowhere else", async () => {
  const bob = await new Person(server, "bob").register();
  const token = /__Host-session=([\w-]+)/.exec(bob.cookies)![1]!;
  const stranger = new Person(server, "bob");
  for (const path of [`/api/account?session=${token}`, `/api/account?__Host-session=${token}`]) {
    expect((await stranger.fetch("GET", path)).status).toBe(401);
  }
  const authorization = `Bearer ${token}`;
  expect((await stranger.fetch("GET", "/api/account", undefined, { authorization })).status).toBe(401);
});

test("odd cookies are no bug", async () => {
  const odd = [
    "=",
    ";",
    "a",
    "__Host-session",
    "__Host-session=;__Host-session=",
    "__Host-session=%E0%A4%A",
    "é=é",
  ];
  for (const cookie of [
    ...odd,
    ";".repeat(5000),
    "a=b; ".repeat(2000),
    '__Host-session="x"',
    "__proto__=1",
  ]) {
    const response = await new Person(server, "x").fetch("GET", "/api/account", undefined, { cookie });
    expect([cookie.slice(0, 30), response.status]).toEqual([cookie.slice(0, 30), 401]);
  }
});
