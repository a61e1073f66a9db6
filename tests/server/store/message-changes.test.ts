import { describe, expect, test } from "bun:test";
import { markOfBody, textOfBody } from "../../../server/store/message-row.ts";
import { change } from "../../../server/store/messages.ts";
import { postgresEngine } from "../../../server/store/postgres/engine.ts";
import { sqliteEngine } from "../../../server/store/sqlite/engine.ts";
import { bind, type Engine, transaction } from "../../../server/store/transaction.ts";
import { database } from "../../support/database.ts";
import { draft, logOf, settle } from "./conformance/ground.ts";
import { node } from "./postgres/nodes.ts";

const nothing = () => {};
type Chosen = Parameters<typeof change>[1];
type Said = { text: string };

/** What every kind of change is made of: another text, or none, where only what belongs to the message changes. */
const changing = transaction(function* (tx, chosen: Chosen, said: Said | null) {
  return yield* change(tx, chosen, (row) =>
    said ? { body: textOfBody(said), sentMark: row.sentMark ?? markOfBody(row.body!) } : {},
  );
});
const boundTo = (engine: Engine) => bind(engine, { changing }).changing;

async function sqlite() {
  const { db, store } = database();
  return { store, change: boundTo(sqliteEngine(db, nothing)) };
}

async function postgres() {
  const { db, store } = await node("a");
  return { store, change: boundTo(postgresEngine(db, { origin: "a", now: () => 1 }, nothing)) };
}

const databases: [kind: string, open: () => ReturnType<typeof sqlite>][] = [
  ["SQLite", sqlite],
  ["PostgreSQL", postgres],
];
describe.each(databases)("a stored message that changes, on %s", (_, open) => {
  async function opened() {
    const { store, change } = await open();
    await settle(store, "alice", "bob");
    return { store, change };
  }
  const at = (seq: number, conversationId = "group") => ({ conversationId, seq });

  test("has the next number of its conversation, and is read as it then is", async () => {
    const { store, change } = await opened();
    const sent = draft("first");
    await store.messages.append([sent, draft("second")]);
    const [changed] = await change([at(1)], { text: "edited" });
    expect(changed).toEqual({
      conversation: "group",
      seq: 1,
      rev: 3,
      author: 1,
      clientId: sent.clientId,
      body: { text: "edited" },
      createdAt: sent.createdAt,
    });
    expect(await store.messages.after("group", 2, 9)).toEqual({ messages: [changed!], more: false, head: 3 });
    expect((await logOf(store)).map(({ seq, rev }) => [seq, rev])).toEqual([
      [2, 2],
      [1, 3],
    ]);
  });

  test("that is sent again counts as the same by what it said at first, and is answered as it is", async () => {
    const { store, change } = await opened();
    const sent = draft("first");
    await store.messages.append([sent]);
    await change([at(1)], { text: "second" });
    const [changed] = await change([at(1)], { text: "third" });
    const again = (text: string) => ({ ...sent, body: { text } });
    expect(await store.messages.append([sent, again("second"), again("third"), again("other")])).toEqual([
      { kind: "duplicate", message: changed! },
      ...Array(3).fill({ kind: "refused", code: "client_id_reused" }),
    ]);
    const removed = await store.messages.remove("group", 1, 500);
    expect(removed).toMatchObject({ rev: 4, body: { text: "" }, deletedAt: 500 });
    const whatever = { kind: "duplicate" as const, message: removed! };
    expect(await store.messages.append([sent, again("other")])).toEqual([whatever, whatever]);
  });

  test("only in what belongs to it keeps what it says, and what it was known by", async () => {
    const { store, change } = await opened();
    const sent = draft("first");
    await store.messages.append([sent]);
    const [touched] = await change([at(1)], null);
    expect(touched).toMatchObject({ rev: 2, body: { text: "first" } });
    expect(await store.messages.append([sent])).toEqual([{ kind: "duplicate", message: touched! }]);
    await change([at(1)], { text: "second" });
    const [again] = await change([at(1)], null);
    expect(again).toMatchObject({ rev: 4, body: { text: "second" } });
    expect(await store.messages.append([sent])).toEqual([{ kind: "duplicate", message: again! }]);
  });

  test("with others does so in the order of their places, without what is deleted or was never there", async () => {
    const { store, change } = await opened();
    const drafts = ["a", "b", "c", "d"].map((text) => draft(text));
    await store.messages.append([...drafts, draft("x", 2, "direct:1:2")]);
    await store.messages.remove("group", 2, 500);
    const chosen = [at(4), at(1), at(2), at(9), at(1, "direct:1:2"), at(1, "direct:7:8")];
    const changed = await change(chosen, { text: "all" });
    expect(changed.map(({ conversation, seq, rev }) => [conversation, seq, rev])).toEqual([
      ["direct:1:2", 1, 2],
      ["group", 1, 6],
      ["group", 4, 7],
    ]);
    expect(await change([at(2), at(9)], null)).toEqual([]);
    expect(await store.conversations.head("group")).toBe(7);
    const kinds = (await store.messages.append(drafts)).map(({ kind }) => kind);
    expect(kinds).toEqual(["duplicate", "duplicate", "duplicate", "duplicate"]);
  });
});

test("one body has one text, whatever else stands beside it", () => {
  const given = { more: 1, text: 'a "b"\n' };
  expect(textOfBody(given)).toBe('{"text":"a \\"b\\"\\n"}');
});
