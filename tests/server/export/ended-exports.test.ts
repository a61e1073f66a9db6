import { describe, expect, test } from "bun:test";
import type { Person } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";
import { entryOf } from "../store/conformance/ground.ts";

const entry = entryOf("person.banned", { at: Date.now() });
const { server, people } = stage({ people: { olga: "owner", adam: "admin", mia: "member", max: "member" } });

/** Takes a file to its end; gives how many lines it has, null where it breaks off. */
const taken = (person: Person, path: string, body: unknown): Promise<number | null> =>
  person
    .fetch("POST", path, body)
    .then((response) => response.text())
    .then((text) => text.split("\n").length)
    .catch(() => null);

describe("ASVS 7.4.1 ASVS 8.3.2 a file that is being taken ends with", () => {
  const endings: Record<string, () => Promise<unknown>> = {
    "the session": () => server.store.sessions.removeOthers(3, null),
    "a ban": () => people.olga.fetch("PUT", "/api/people/3/status", { status: "banned", reason: "" }),
    "the account": () => people.olga.fetch("DELETE", "/api/people/3", { messages: "keep" }),
  };
  for (const [what, end] of Object.entries(endings))
    test(what, async () => {
      const { messages } = server.store;
      const draft = { conversation: "direct:3:4", author: 4, createdAt: 1 } as const;
      const text = "x".repeat(10_000);
      await messages.append(
        Array.from({ length: 2_000 }, () => ({ ...draft, clientId: crypto.randomUUID(), body: { text } })),
      );
      const { by } = messages;
      let pages = 0;
      messages.by = async (...asked) => {
        pages++;
        if (pages === 4) await end();
        return await by(...asked);
      };
      expect(await taken(people.mia, "/api/account/export", { format: "json" })).toBeNull();
      // What had been read by then may still go out.
      expect(pages).toBeWithin(4, 8);
    });

  test("the right to read the audit log", async () => {
    const { audit } = server.store;
    for (let count = 0; count < 500; count++) await audit.add(entry);
    const { page } = audit;
    let pages = 0;
    audit.page = async (...asked) => {
      pages++;
      if (pages === 2) await server.store.users.setRole(2, "member", entry);
      return await page(...asked);
    };
    expect(await taken(people.adam, "/api/audit/export", {})).toBeNull();
    expect(pages).toBe(2);
    audit.page = page;
    expect(await taken(people.olga, "/api/audit/export", {})).toBeGreaterThan(500);
  });
});
