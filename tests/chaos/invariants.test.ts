import { describe, expect, test } from "bun:test";
import { Incident } from "../../server/logging/incident.ts";
import { reporter } from "../../server/logging/report.ts";
import type { Message } from "../../server/protocol/events.ts";
import { system } from "../../server/system.ts";
import { faults } from "../support/ledger.ts";
import {
  bugsIn,
  type CutOff,
  type Ended,
  ghosts,
  lateDeliveries,
  overheard,
  returns,
  twoContents,
  wrongCutOffs,
  wrongPresence,
} from "./invariants.ts";
import { Witness } from "./witness.ts";

const message = (rev: number, text = `message ${rev}`): Message => ({
  conversation: "group",
  seq: rev,
  rev,
  author: 1,
  clientId: `id-${rev}`,
  body: { text },
  createdAt: rev,
});

describe("the witness of what is shown", () => {
  test("finds a number that was shown with two contents, whoever saw them, and none that was shown twice", () => {
    const witness = new Witness();
    const first = message(1);
    expect(witness.see(first)).toBe(first);
    expect(witness.see(message(1))).toBe(first);
    witness.see(message(2));
    expect(twoContents(witness.contradictions)).toEqual([]);
    witness.see(message(2, "something else"));
    expect(twoContents(witness.contradictions)).toEqual([
      'group 2 was "message 2" to one and "something else" to another',
    ]);
  });

  test("tells conversations apart, and every part of a message", () => {
    const witness = new Witness();
    witness.see(message(1));
    witness.see({ ...message(1), conversation: "direct:1:2" });
    expect(witness.contradictions).toEqual([]);
    const others = [{ author: 2 }, { clientId: "id-7" }, { seq: 7 }, { createdAt: 7 }];
    for (const other of others) witness.see({ ...message(1), ...other });
    expect(witness.contradictions).toHaveLength(others.length);
  });
});

test("the checker of a room finds what reached somebody before they were let in, or after they were put out", () => {
  const line = (seq: number, what: "made" | "added" | "removed", ...people: number[]) => ({
    ...message(seq),
    body: { text: "", line: { what, people } },
  });
  const log = [
    line(1, "made"),
    message(2),
    line(3, "added", 7),
    message(4),
    line(5, "removed", 7),
    message(6),
  ];
  const told = (...heard: number[]) => overheard(log, [{ who: "eve", id: 7, heard }]);
  expect(told(3, 4)).toEqual([]);
  for (const seq of [2, 5, 6]) expect(told(seq)).toHaveLength(1);
  expect(overheard(log, [{ who: "bob", id: 8, heard: [4] }])).toHaveLength(1);
});

describe("the checker of what reaches a session that has ended", () => {
  const delivery = (at: number, ...createdAt: number[]) => ({ at, type: "message.sent", createdAt });
  const ended = (...deliveries: Ended["deliveries"]): Ended[] => [{ who: "eve", at: 10_000, deliveries }];

  test("finds what came later than two seconds after the end, and nothing earlier", () => {
    expect(lateDeliveries(ended(delivery(9_000, 9_000), delivery(12_000, 11_990)), [])).toEqual([]);
    expect(lateDeliveries(ended(delivery(12_001, 9_000)), [])).toEqual([
      "eve was told message.sent 2001 ms after the end",
    ]);
  });

  test("excuses what a node had sent before it stood still, and nothing that was made after the two seconds", () => {
    const pause = [{ from: 10_500, to: 14_000 }];
    expect(lateDeliveries(ended(delivery(13_000, 10_400)), pause)).toEqual([]);
    expect(lateDeliveries(ended(delivery(13_000, 10_400, 12_001)), pause)).toHaveLength(1);
    expect(lateDeliveries(ended(delivery(13_000, 9_000)), [{ from: 5_000, to: 9_900 }])).toHaveLength(1);
    expect(lateDeliveries(ended(delivery(13_000, 9_000)), [{ from: 13_100, to: 15_000 }])).toHaveLength(1);
  });
});

describe("the checker of presence", () => {
  const view = (...online: number[]) => [{ who: "bob", online: new Set(online) }];

  test("finds who is missed and who is long gone", () => {
    expect(wrongPresence(view(1, 2), new Set([1, 2]))).toEqual([]);
    expect(wrongPresence(view(1), new Set([1, 2]))).toEqual(["bob does not see that 2 are online"]);
    expect(wrongPresence(view(1, 2, 3), new Set([1, 2]))).toEqual(["bob sees 3 who are gone"]);
  });

  test("finds who still sees the people of a dead node", () => {
    expect(ghosts(view(1, 2), 3, "node 3")).toEqual([]);
    expect(ghosts(view(1, 2), 2, "node 3")).toHaveLength(1);
  });
});

describe("the checker of a node that is cut off", () => {
  const seen: CutOff = {
    node: "node 1",
    cutAt: 1_000,
    healedAt: 6_000,
    unwellAt: 3_900,
    wellAt: 7_000,
    closedWith: 4003,
  };

  test("finds nothing where it says so in time, sends its people away and comes back", () => {
    expect(wrongCutOffs([seen], [])).toEqual([]);
  });

  test("finds each of them that does not happen, or too late", () => {
    const wrong: [Partial<CutOff>, string][] = [
      [{ unwellAt: null }, "node 1 was cut off and said so never"],
      [{ unwellAt: 4_300 }, "node 1 was cut off and said so after 3300 ms"],
      [{ closedWith: null }, "node 1 was cut off and closed its socket with null"],
      [{ closedWith: 1006 }, "node 1 was cut off and closed its socket with 1006"],
      [{ wellAt: null }, "node 1 was no longer cut off and well never"],
      [{ wellAt: 12_500 }, "node 1 was no longer cut off and well after 6500 ms"],
    ];
    for (const [change, sentence] of wrong)
      expect(wrongCutOffs([{ ...seen, ...change }], [])).toEqual([sentence]);
  });

  test("counts from when the database is there again, if that went away before the node was well", () => {
    const outage = { from: 6_500, to: 9_800 };
    expect(wrongCutOffs([{ ...seen, wellAt: 12_500 }], [outage])).toEqual([]);
    const late = "node 1 was no longer cut off and well after 6100 ms";
    expect(wrongCutOffs([{ ...seen, wellAt: 15_900 }], [outage])).toEqual([late]);
    // What was over before, or came when it had been well, excuses nothing.
    const others = [
      { from: 2_000, to: 5_900 },
      { from: 12_600, to: 14_000 },
    ];
    expect(wrongCutOffs([{ ...seen, wellAt: 12_500 }], others)).toHaveLength(1);
    expect(wrongCutOffs([{ ...seen, wellAt: null }], [outage])).toHaveLength(1);
  });
});

describe("the other checkers", () => {
  test("a client that had to come back after all was over is found", () => {
    expect(returns([{ who: "bob", lines: [3, 3], closedWith: 1006 }])).toEqual([]);
    expect(returns([{ who: "bob", lines: [3, 4], closedWith: 1006 }])).toHaveLength(1);
  });

  test("a reported bug is found, and an interruption is none", () => {
    const lines: string[] = [];
    const report = reporter(system, (line) => lines.push(line));
    report(new Incident("interrupted", "Signals cannot be sent.", new Error("a bug? no")));
    report(new TypeError("undefined is not a function"));
    expect(bugsIn(`https://localhost:5000\n${lines.join("\n")}\nPress Ctrl-C`)).toEqual([lines[1]!]);
    expect(JSON.parse(lines[0]!)).toMatchObject({ event: "interrupted", cause: "a bug? no" });
  });

  test("the ledger takes the same id of a client by two authors for two messages, and by one for one", () => {
    const twice = (author: number) => [message(1), { ...message(2), author, clientId: "id-1" }];
    expect(faults(new Map([["group", twice(2)]]), [], [])).toEqual([]);
    expect(faults(new Map([["group", twice(1)]]), [], [])).toEqual(["id-1 is stored 2 times"]);
  });
});
