import { describe, expect, test } from "bun:test";
import type { ConversationLine } from "../../../server/protocol/message-body.ts";
import { type Log, rowsOf } from "../../../web/chat/rows.ts";
import { alice, bob, message } from "../fakes/model-server.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const show = (log: Partial<Log>) =>
  rowsOf({
    me: alice.id,
    nameOf: (id) => (id === alice.id ? "alice" : "bob"),
    messages: [],
    pending: [],
    systemLines: [],
    newFrom: null,
    dayOf: (at) => Math.floor(at / day) * day,
    ...log,
  }).map((row) => {
    if (row.kind === "message")
      return `${row.lead ? "LEAD " : ""}${row.author} ${row.deleted ? "DELETED" : row.text}`;
    return row.kind === "notice" ? row.text : row.kind;
  });

describe("runs", () => {
  test("messages of one author within five minutes of each other share one head", () => {
    const messages = [
      message(1, { createdAt: 0 }),
      message(2, { createdAt: 4 * minute }),
      message(3, { createdAt: 8 * minute }),
      message(4, { createdAt: 14 * minute }),
      message(5, { createdAt: 15 * minute, author: alice.id }),
      message(6, { createdAt: 15 * minute }),
    ];
    expect(show({ messages })).toEqual([
      "day",
      "LEAD 2 text 1",
      "2 text 2",
      "2 text 3",
      "LEAD 2 text 4",
      "LEAD 1 text 5",
      "LEAD 2 text 6",
    ]);
  });

  test("a new day, the new part and a notice each begin a new run", () => {
    const messages = [1, 2, 3, 4].map((seq) =>
      message(seq, { createdAt: seq < 3 ? day - minute : day + seq }),
    );
    const systemLines = [{ id: 1, text: "carol has joined the chat", at: day + 10, after: 3 }];
    expect(show({ messages, systemLines, newFrom: 2 })).toEqual([
      "day",
      "LEAD 2 text 1",
      "unread",
      "LEAD 2 text 2",
      "day",
      "LEAD 2 text 3",
      "carol has joined the chat",
      "LEAD 2 text 4",
    ]);
  });
});

describe("the new part", () => {
  test("begins with the message it is said to begin with, behind the line of its day", () => {
    const messages = [message(1), message(2, { author: alice.id }), message(3, { createdAt: day + 1 })];
    expect(show({ messages, newFrom: 3 })).toEqual([
      "day",
      "LEAD 2 text 1",
      "LEAD 1 text 2",
      "day",
      "unread",
      "LEAD 2 text 3",
    ]);
  });

  test("is not marked when its beginning is not part of what is shown", () => {
    for (const newFrom of [1, 4])
      expect(show({ messages: [message(2), message(3)], newFrom })).not.toContain("unread");
  });
});

describe("what waits", () => {
  test("stands last, in its order, and continues one's own run", () => {
    const messages = [message(1, { author: alice.id, createdAt: 0 })];
    const pending = ["a", "b"].map((text, index) => ({ clientId: text, text, at: index, failed: null }));
    expect(show({ messages, pending })).toEqual(["day", "LEAD 1 text 1", "1 a", "1 b"]);
  });

  test("keeps its key when it is stored, so that its row stays the same row", () => {
    const waiting = rowsOf({
      ...{ me: alice.id, nameOf: String, messages: [], systemLines: [], newFrom: null, dayOf: () => 0 },
      pending: [{ clientId: "x", text: "a", at: 0, failed: null }],
    });
    const stored = rowsOf({
      ...{ me: alice.id, nameOf: String, systemLines: [], newFrom: null, dayOf: () => 0, pending: [] },
      messages: [message(1, { author: alice.id, clientId: "x" })],
    });
    expect(stored.at(-1)!.key).toBe(waiting.at(-1)!.key);
  });
});

test("notices stand where the conversation stood, also before the first message and when there is none", () => {
  const systemLines = [
    { id: 1, text: "first", at: 0, after: 0 },
    { id: 2, text: "second", at: 5, after: 1 },
  ];
  expect(show({ systemLines })).toEqual(["day", "first", "second"]);
  expect(show({ systemLines, messages: [message(1), message(2, { author: bob.id })] })).toEqual([
    "day",
    "first",
    "LEAD 2 text 1",
    "second",
    "LEAD 2 text 2",
  ]);
});

test("what a conversation says of itself is a line that nobody wrote, in a sentence with the names set apart", () => {
  const lines: ConversationLine[] = [
    { what: "made" },
    { what: "added", people: [bob.id, 3] },
    { what: "renamed", name: "Plans" },
    { what: "removed", people: [bob.id] },
    { what: "writers", writers: "owners" },
  ];
  const messages = lines.map((line, index) =>
    message(index + 1, { author: alice.id, body: { text: "", line } }),
  );
  expect(show({ messages: [...messages, message(6, { author: alice.id })] })).toEqual([
    "day",
    "\u2068alice\u2069 made this room",
    "\u2068alice\u2069 added \u2068bob\u2069 and \u2068bob\u2069",
    "\u2068alice\u2069 renamed this to \u2068Plans\u2069",
    "\u2068alice\u2069 removed \u2068bob\u2069",
    "\u2068alice\u2069 lets only those who look after the room write here",
    "LEAD 1 text 6",
  ]);
});
