import type { About, Row } from "./account-records.ts";
import type { ExportedConversation } from "./own-messages.ts";

/** Gives the lines of one JSON document. Every message has a line of its own. */
export async function* exportAsJson(
  about: About,
  conversations: readonly ExportedConversation[],
  reactions: AsyncIterable<Row>,
  history: AsyncIterable<Row>,
): AsyncGenerator<string> {
  const fields = Object.entries(about).map(([name, value]) => `"${name}": ${JSON.stringify(value)},`);
  yield `{${fields.join("\n")}`;
  yield `"conversations": [`;
  for (const [at, { id, title, messages }] of conversations.entries()) {
    yield `${at === 0 ? "" : ","}{"id": ${JSON.stringify(id)}, "title": ${JSON.stringify(title)}, "messages": [`;
    yield* listed(messages, ({ seq, by, body, createdAt, editedAt, reactions }) => ({
      ...{ seq, by, text: body.text, replyTo: body.replyTo, createdAt: isoOf(createdAt) },
      ...(editedAt === undefined ? {} : { editedAt: isoOf(editedAt) }),
      // Who the others were is theirs to tell.
      ...(reactions && {
        reactions: reactions.map(({ emoji, people }) => ({ emoji, people: people.length })),
      }),
    }));
    yield "]}";
  }
  yield `], "reactions": [`;
  yield* listed(reactions, (one) => one);
  yield `], "history": [`;
  yield* listed(history, (entry) => entry);
  yield "]}";
}

const isoOf = (ms: number): string => new Date(ms).toISOString();

async function* listed<T>(all: AsyncIterable<T>, toLine: (one: T) => object): AsyncGenerator<string> {
  let between = "";
  for await (const one of all) {
    yield between + JSON.stringify(toLine(one));
    between = ",";
  }
}
