import { expect } from "bun:test";
import { clock } from "../../support/clock.ts";
import { database } from "../../support/database.ts";
import { Person } from "../../support/person.ts";
import { startServer } from "../../support/server.ts";

/** A server that two people have an account on. */
export async function ground() {
  const time = clock();
  const base = database();
  const server = await startServer({ store: base.store, system: time });
  const alice = await new Person(server, "alice").register();
  const bob = await new Person(server, "bob").register();

  /** Stores many messages without a socket, as one author after the other. */
  async function store(
    count: number,
    authors: readonly number[],
    conversation: "group" | "direct:1:2",
    length = 20,
  ) {
    for (let from = 0; from < count; from += 500) {
      const drafts = Array.from({ length: Math.min(500, count - from) }, (_, at) => ({
        conversation,
        author: authors[(from + at) % authors.length]!,
        clientId: crypto.randomUUID(),
        body: { text: `${conversation} ${from + at} ${"x".repeat(length)}` },
        createdAt: time.now(),
      }));
      await base.store.messages.append(drafts);
    }
  }

  return {
    time,
    base,
    server,
    alice,
    bob,
    store,
    async stop() {
      await server.stop();
      expect(server.bugs).toEqual([]);
    },
  };
}

export type Ground = Awaited<ReturnType<typeof ground>>;

export const take = (person: Person, format = "json"): Promise<Response> =>
  person.fetch("POST", "/api/account/export", { format });
