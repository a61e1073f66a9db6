import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Village, village } from "../../support/village.ts";
import { entryOf } from "../store/conformance/ground.ts";

const entry = entryOf("person.role changed");
let chat: Village;
beforeAll(async () => {
  chat = await village({ olga: "owner", adam: "admin", mia: "member" });
});
afterAll(async () => {
  await chat.server.stop();
  expect(chat.server.bugs).toEqual([]);
});

const actions: [method: string, path: string, body?: unknown][] = [
  ["PUT", "mute", { minutes: 5, reason: "" }],
  ["PUT", "status", { status: "banned", reason: "" }],
  ["PUT", "role", { role: "moderator" }],
  ["DELETE", "sessions"],
  ["DELETE", "", { messages: "keep" }],
];

for (const [method, path, body] of actions)
  test(`ASVS 8.3.1 what this node does not know yet of somebody's role counts: ${method} ${path || "the account"}`, async () => {
    const { users } = chat.base.store;
    // As another node does it, whose news has not come.
    await users.handOver(1, 3, entry);
    const before = await users.byId(3);
    const answer = await chat.people.adam!.fetch(method, `/api/people/3${path && `/${path}`}`, body);
    expect([answer.status, (await answer.json()).error.code]).toEqual([403, "not_allowed"]);
    expect(await users.byId(3)).toEqual(before);
    expect(await chat.base.store.sessions.of(3)).toHaveLength(1);
    await users.handOver(3, 1, entry);
    await users.setRole(3, "member", entry);
  });
