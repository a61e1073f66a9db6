import { expect, test } from "bun:test";
import { outcome } from "../../support/outcome.ts";
import { stage } from "../../support/stage.ts";
import { entryOf } from "../store/conformance/ground.ts";

const entry = entryOf("person.role changed");
const { server, people } = stage({ once: true, people: { olga: "owner", adam: "admin", mia: "member" } });

const actions: [method: string, path: string, body?: unknown][] = [
  ["PUT", "mute", { minutes: 5, reason: "" }],
  ["PUT", "status", { status: "banned", reason: "" }],
  ["PUT", "role", { role: "moderator" }],
  ["DELETE", "sessions"],
  ["DELETE", "", { messages: "keep" }],
];

for (const [method, path, body] of actions)
  test(`ASVS 8.3.1 what this node does not know yet of somebody's role counts: ${method} ${path || "the account"}`, async () => {
    const { users } = server.store;
    // As another node does it, whose news has not come.
    await users.handOver(1, 3, entry);
    const before = await users.byId(3);
    const answer = await people.adam.fetch(method, `/api/people/3${path && `/${path}`}`, body);
    expect(await outcome(answer)).toEqual([403, "not_allowed"]);
    expect(await users.byId(3)).toEqual(before);
    expect(await server.store.sessions.of(3)).toHaveLength(1);
    await users.handOver(3, 1, entry);
    await users.setRole(3, "member", entry);
  });
