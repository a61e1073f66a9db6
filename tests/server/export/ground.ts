import type { Person } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

/** The stage of a server that two people have an account on. */
export function ground() {
  const set = stage({ clock: true, people: ["alice", "bob"] });
  const { server, time } = set;

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
      await server.store.messages.append(drafts);
    }
  }

  return { ...set, store };
}

export const take = (person: Person, format = "json"): Promise<Response> =>
  person.fetch("POST", "/api/account/export", { format });
