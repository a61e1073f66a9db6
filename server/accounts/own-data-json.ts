import type { About, Told } from "./own-data.ts";

/** The lines of one JSON document, in which every message has a line of its own. */
export async function* ownDataAsJson(about: About, conversations: readonly Told[]): AsyncGenerator<string> {
  const facts = JSON.stringify(about, null, 2);
  yield `${facts.slice(0, facts.lastIndexOf("\n}"))},\n  "conversations": [`;
  for (const [at, { id, title, messages }] of conversations.entries()) {
    yield `${at === 0 ? "" : ","}{"id": ${JSON.stringify(id)}, "title": ${JSON.stringify(title)}, "messages": [`;
    let isFirst = true;
    for await (const { seq, by, body, createdAt } of messages) {
      const line = JSON.stringify({ seq, by, text: body.text, createdAt: new Date(createdAt).toISOString() });
      yield isFirst ? line : `,${line}`;
      isFirst = false;
    }
    yield "]}";
  }
  yield "]}";
}
