import { expect, test } from "bun:test";
import { requireMember } from "../../../server/messages/memberships.ts";
import type { ConversationId } from "../../../server/protocol/conversation-id.ts";

const isMember = (user: number, conversation: string) => {
  try {
    requireMember(user, conversation as ConversationId);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "unknown_conversation" });
    return false;
  }
};

test("ASVS 8.2.2 everyone is in the group, and the two people of a private conversation are in it", () => {
  expect(isMember(1, "group")).toBe(true);
  expect(isMember(1, "direct:1:2")).toBe(true);
  expect(isMember(2, "direct:1:2")).toBe(true);
  expect(isMember(3, "direct:1:2")).toBe(false);
  expect(isMember(1, "direct:11:12")).toBe(false);
  expect(isMember(2, "direct:12:21")).toBe(false);
});

test("what names no conversation has no members", () => {
  for (const id of ["", "groups", "direct:2:1", "direct:1:1", "direct:01:2", "direct:1:2:3", "room:1"]) {
    expect([id, isMember(1, id)]).toEqual([id, false]);
  }
});
