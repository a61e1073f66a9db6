import { describe, expect, test } from "bun:test";
import { outcome } from "../support/outcome.ts";
import { password } from "../support/person.ts";
import { answer, exchange, request } from "../support/raw.ts";
import { stage } from "../support/stage.ts";

const { server, alice, people, contents } = stage({
  once: true,
  clock: true,
  people: { alice: "owner", bob: "member" },
});

const read = async (path: string) => {
  const response = await alice.fetch("GET", path);
  return [response.status, (await response.json()).error?.code];
};

describe("ASVS 15.3.7 a parameter is taken from its place, and once", () => {
  for (const query of [
    "event=house.changed&event=house.changed",
    "event=house.changed&event=audit.exported",
    "person=1&person=2",
    "person=1&%70erson=2",
    "person[]=1&person[]=2",
    "person[0]=1",
    "person=1,2",
    "before=1&before=2",
    "Person=1",
  ]) {
    test(`twice, or spelled so that it could be several, it is refused: ${query}`, async () => {
      expect(await read(`/api/audit?${query}`)).toEqual([400, "invalid"]);
    });
  }

  test("once it is taken", async () => {
    expect(await read("/api/audit?person=1&before=5")).toEqual([200, undefined]);
    expect(await read("/api/audit?person=1;person=2")).toEqual([400, "invalid"]);
  });

  test("in an address it says nothing of what belongs into the body, nor in a header or a cookie", async () => {
    const sessions = () => contents().sessions;
    const before = sessions();
    const bob = { name: "bob", password };
    const query = new URLSearchParams(bob);
    const headers = {
      Origin: server.origin,
      "Content-Type": "application/json",
      Name: "bob",
      Password: password,
      Cookie: `name=bob; password=${encodeURIComponent(password)}`,
    };
    for (const [body, code] of [
      ["{}", "invalid"],
      ['{"name":"bob"}', "invalid"],
      ['{"name":"bob","password":"wrong horse battery"}', "wrong_credentials"],
    ]) {
      const given = { method: "POST", path: `/api/session?${query}`, headers, body };
      const refused = await request(server, given);
      expect([body, JSON.parse(refused.body).error.code]).toEqual([body, code]);
      expect(refused.headers.getSetCookie()).toEqual([]);
    }
    expect(sessions()).toEqual(before);
  });

  test("in a body it says nothing of what belongs into the address", async () => {
    const response = await alice.fetch("PUT", "/api/people/2/mute", { id: 1, minutes: 5, reason: "" });
    expect(response.status).toBe(400);
  });

  test("twice in a body it is refused, so that nobody reads the one and somebody else the other", async () => {
    const text = `{"name":"alice","name":"bob","password":"${password}"}`;
    expect(await outcome(alice.fetch("POST", "/api/session", text))).toEqual([400, "malformed"]);
  });

  test("neither a header nor a field of a form says that the method is another", async () => {
    const overrides = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"];
    const lines = overrides.map((name) => `${name}: DELETE\r\n`).join("");
    const head = `Host: localhost\r\nCookie: ${alice.cookies}\r\nOrigin: ${server.origin}\r\nConnection: close\r\n`;
    const text = `GET /api/session?_method=DELETE HTTP/1.1\r\n${head}${lines}\r\n`;
    const { status, body } = answer(await exchange(server, text));
    expect([status, JSON.parse(body).user.name]).toEqual([200, "alice"]);
    expect((await alice.fetch("GET", "/api/account")).status).toBe(200);
  });

  test("of two cookies of the same name neither a wrong one opens anything, nor both together more than one", async () => {
    const [, own] = /__Host-session=([^;]*)/.exec(alice.cookies)!;
    const [, other] = /__Host-session=([^;]*)/.exec(people.bob.cookies)!;
    const whoAmI = async (cookie: string) => {
      const { body } = await request(server, { path: "/api/session", headers: { Cookie: cookie } });
      return JSON.parse(body).user?.name ?? null;
    };
    expect(await whoAmI(`__Host-session=${own}`)).toBe("alice");
    expect(await whoAmI(`session=${own}; __host-session=${own}; __Host-session[]=${own}`)).toBeNull();
    expect(await whoAmI(`__Host-session=${own},${other}`)).toBeNull();
    expect(await whoAmI(`__Host-session=${own}.${other}`)).toBeNull();
    const first = await whoAmI(`__Host-session=${own}; __Host-session=${other}`);
    const last = await whoAmI(`__Host-session=${other}; __Host-session=${own}`);
    expect(new Set([first, last])).toEqual(new Set(["alice", "bob"]));
  });
});
