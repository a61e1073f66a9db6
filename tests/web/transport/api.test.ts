import { expect, test } from "bun:test";
import type { SessionInfo } from "../../../server/protocol/account.ts";
import { createApi } from "../../../web/transport/api.ts";
import { createCall } from "../../../web/transport/call.ts";
import { Refused } from "../../../web/transport/refused.ts";

const answering = (answer: Response | Error) => {
  const asked: [string, RequestInit][] = [];
  const call = createCall(async (url, init) => {
    asked.push([url, init]);
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const api = createApi(call);
  return { api, asked };
};
const refusalOf = (promise: Promise<unknown>): Promise<Refused> =>
  promise.then(
    () => Promise.reject(new Error("was granted")),
    (error) => error,
  );

test("an unsafe request carries JSON, also when it has nothing to say", async () => {
  const { api, asked } = answering(new Response(null, { status: 204 }));
  await api.signOut();
  await api.deleteAccount({ messages: "remove" });
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
  const { api, asked } = answering(Response.json(info));
  expect(await api.session()).toEqual(info);
  expect(asked[0]?.[1].body).toBeUndefined();
});

test("a refusal keeps its code, its sentence, its field and its patience", async () => {
  const error = { code: "name_taken", message: "That username is taken.", field: "name", retryAfter: 1500 };
  const { api } = answering(Response.json({ error }, { status: 409 }));
  const refused = await refusalOf(api.register({ name: "alice", password: "long enough" }));
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
    const { api } = answering(answer);
    expect((await refusalOf(api.account())).code).toBe("unreachable");
  });
}
