import { expect, test } from "bun:test";
import type { SessionInfo } from "../../../server/protocol/account.ts";
import { type Call, createCall } from "../../../web/transport/call.ts";
import { Refused } from "../../../web/transport/refused.ts";

const answering = (answer: Response | Error) => {
  const asked: [string, RequestInit][] = [];
  const call = createCall(async (url, init) => {
    asked.push([url, init]);
    if (answer instanceof Error) throw answer;
    return answer;
  });
  return { call, asked };
};
const refusalOf = (promise: Promise<unknown>): Promise<Refused> =>
  promise.then(
    () => Promise.reject(new Error("was granted")),
    (error) => error,
  );

test("an unsafe request carries JSON, also when it has nothing to say", async () => {
  const { call, asked } = answering(new Response(null, { status: 204 }));
  await call("DELETE /api/session");
  await call("DELETE /api/account", { body: { messages: "remove" } });
  expect(asked.map(([url, { method, body, headers }]) => ({ url, method, body, headers }))).toEqual([
    { url: "/api/session", method: "DELETE", body: "{}", headers: { "Content-Type": "application/json" } },
    {
      url: "/api/account",
      method: "DELETE",
      body: '{"messages":"remove"}',
      headers: { "Content-Type": "application/json" },
    },
  ]);
});

test("an answer is given as it came", async () => {
  const user = { id: 3, name: "alice", role: "moderator" } as const;
  const settings = { name: "Secure Chat", welcome: "", registration: "open" } as const;
  const info: SessionInfo = { user, stage: "open", settings, providers: [] };
  const { call, asked } = answering(Response.json(info));
  expect(await call("GET /api/session")).toEqual(info);
  expect(asked[0]?.[1].body).toBeUndefined();
});

test("what stands in a path or behind it stays what it is", async () => {
  const { call, asked } = answering(new Response(null, { status: 204 }));
  await call("DELETE /api/account/providers/:id", { id: "a/../b?c" });
  await call("GET /api/audit", { query: { event: "person.role changed", person: 7 } });
  expect(asked.map(([url]) => url)).toEqual([
    "/api/account/providers/a%2F..%2Fb%3Fc",
    "/api/audit?event=person.role+changed&person=7",
  ]);
});

// The compiler checks what follows: a wrong route, or one that is not sent what it takes, is an error of types.
void ((call: Call) => {
  // @ts-expect-error There is no such route.
  call("GET /api/nothing");
  // @ts-expect-error It takes a body.
  call("POST /api/session");
  // @ts-expect-error Its body has another form.
  call("POST /api/session", { body: { name: "alice" } });
  // @ts-expect-error Its path has a parameter.
  call("DELETE /api/invites/:id");
  // @ts-expect-error It takes nothing.
  call("DELETE /api/session", { body: {} });
  // @ts-expect-error Its answer is a list.
  call("GET /api/people").then(({ name }) => name);
});

test("a refusal keeps its code, its sentence, its field and its patience", async () => {
  const error = { code: "name_taken", message: "That username is taken.", field: "name", retryAfter: 1500 };
  const { call } = answering(Response.json({ error }, { status: 409 }));
  const refused = await refusalOf(
    call("POST /api/account", { body: { name: "alice", password: "long enough" } }),
  );
  expect(refused).toBeInstanceOf(Refused);
  expect(refused).toMatchObject(error);
});

for (const [what, answer] of [
  ["no network", new TypeError("Failed to fetch")],
  ["a proxy's page", new Response("<h1>Bad gateway</h1>", { status: 502 })],
  ["JSON that is not ours", Response.json({ message: "nope" }, { status: 500 })],
  ["a page where JSON should be", new Response("<h1>Hello</h1>")],
] as const) {
  test(`${what} is no answer`, async () => {
    const { call } = answering(answer);
    expect((await refusalOf(call("GET /api/account"))).code).toBe("unreachable");
  });
}
