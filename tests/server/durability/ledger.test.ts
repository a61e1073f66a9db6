import { describe, expect, test } from "bun:test";
import type { Message } from "../../../server/protocol/events.ts";
import { faults } from "../../support/ledger.ts";

const message = (seq: number, author = 1): Message => ({
  conversation: "group",
  seq,
  rev: seq,
  author,
  clientId: `id-${author}-${seq}`,
  body: { text: `message ${seq}` },
  createdAt: seq,
});
const log = [1, 2, 3, 4, 5].map((seq) => message(seq));
const said = log.map(({ clientId, body }) => ({ clientId, text: body.text, conversation: "group" }));
const accounts = [{ said, acknowledged: log }];
const copyOf = (messages: Message[]) => [{ holder: "bob", conversation: "group", log: messages }];
const check = (stored: Message[], copy: Message[] = stored) =>
  faults(new Map([["group", stored]]), accounts, copyOf(copy));
/** The log with other numbers, as a server would give them. */
const renumbered = (messages: Message[]) =>
  messages.map((each, at) => ({ ...each, seq: at + 1, rev: at + 1 }));

describe("the checker of logs", () => {
  test("finds nothing where all is well, also when what was not acknowledged is missing", () => {
    expect(check(log)).toEqual([]);
    const [, ...rest] = [...log].reverse();
    const fewer = [{ said, acknowledged: rest.toReversed() }];
    expect(faults(new Map([["group", log]]), fewer, copyOf(log))).toEqual([]);
  });

  test("finds what was lost", () => {
    expect(check(renumbered(log.toSpliced(2, 1)))).toContain('"message 3" was acknowledged and is lost');
    expect(check(log.slice(0, 4))).toContain('"message 5" was acknowledged and is lost');
  });

  test("finds what was doubled", () => {
    expect(check(renumbered([...log, log[1]!]))).toContain("id-1-2 is stored 2 times");
  });

  test("finds what was swapped", () => {
    const swapped = renumbered([log[0]!, log[2]!, log[1]!, log[3]!, log[4]!]);
    expect(check(swapped)).toContain("group: what one sender said is out of order");
    expect(check(swapped)).toContain('"message 2" was acknowledged as 2, stored as 3');
  });

  test("finds a hole in the numbers", () => {
    expect(check(log.map((each) => (each.seq === 5 ? { ...each, seq: 6, rev: 6 } : each)))).toContain(
      "group: place 5 has number 6",
    );
  });

  test("lets a message change after it was acknowledged, and finds what no change explains", () => {
    const edited = { ...log[1]!, rev: 6, body: { text: "other" }, editedAt: 9 };
    const [counted, answered] = [{ ...log[0]!, replies: { count: 1, upTo: 7 } }, log.with(1, edited)];
    expect(check(answered.with(0, counted), answered)).toEqual([]);
    expect(check(log.with(1, { ...edited, editedAt: undefined }))).toContain(
      '"message 2" was acknowledged as 2, stored as 2',
    );
    expect(check(log.with(1, { ...edited, rev: 3 }))).toContain("group: 2 messages have the number 3");
    expect(check(answered, log)).toEqual(["bob's copy of group (5 of 5) differs at 2"]);
  });

  test("finds a copy that lacks one, has one too many, or another text", () => {
    const copies: [Message[], string][] = [
      [log.toSpliced(3, 1), "bob's copy of group (4 of 5) differs at 4"],
      [[...log, message(6)], "bob's copy of group (6 of 5) goes on after 5"],
      [log.slice(0, 4), "bob's copy of group (4 of 5) differs at 5"],
      [log.with(1, { ...log[1]!, body: { text: "?" } }), "bob's copy of group (5 of 5) differs at 2"],
    ];
    for (const [copy, fault] of copies) expect(check(log, copy)).toEqual([fault]);
  });
});
