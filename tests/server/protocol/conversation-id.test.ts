import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import * as v from "valibot";
import { conversationId, directId, directPair, peerOf } from "../../../server/protocol/conversation-id.ts";

const id = fc.integer({ min: 1, max: 999_999_999_999_999 });

test("two people have one conversation, whoever computes its name", () => {
  fc.assert(
    fc.property(id, id, (a, b) => {
      fc.pre(a !== b);
      const name = directId(a, b);
      expect(directId(b, a)).toBe(name);
      expect(directPair(name)).toEqual([Math.min(a, b), Math.max(a, b)]);
      expect([peerOf(name, a), peerOf(name, b)]).toEqual([b, a]);
      expect(v.is(conversationId, name)).toBe(true);
    }),
  );
});

describe("it has no other spelling", () => {
  const others = [
    "direct:2:1",
    "direct:1:1",
    "direct:0:1",
    "direct:01:2",
    "direct:1:02",
    "direct:1:2 ",
    "direct:1:2\n",
    " direct:1:2",
    "DIRECT:1:2",
    "direct:1:2:3",
    "direct:1",
    "direct:-1:2",
    "direct:1e0:2",
    "direct:1:9999999999999999",
    "direct:１:２",
    "Group",
    "group ",
    "room:1",
    "",
    "__proto__",
  ];
  for (const name of others) {
    test(JSON.stringify(name), () => {
      expect(v.is(conversationId, name)).toBe(false);
      expect(directPair(name)).toBeNull();
    });
  }

  for (const value of [null, 1, ["group"], { toString: () => "group" }]) {
    test(`nor is ${JSON.stringify(value)} one`, () => expect(v.is(conversationId, value)).toBe(false));
  }
});

test("nobody is the other person of a conversation they are not in", () => {
  expect([peerOf("direct:1:2", 3), peerOf("group", 1), peerOf("nonsense", 1)]).toEqual([null, null, null]);
});
