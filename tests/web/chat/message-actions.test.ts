import { describe, expect, test } from "bun:test";
import {
  type ConversationId,
  groupId,
  isRoomId,
  type RoomId,
} from "../../../server/protocol/conversation-id.ts";
import type { Conversation } from "../../../server/protocol/events.ts";
import { type Role, roles } from "../../../server/protocol/roles.ts";
import type { ShownRoom } from "../../../server/protocol/rooms.ts";
import { messageActions } from "../../../web/chat/message-actions.ts";
import { openChat } from "../fakes/client.ts";
import { alice, bob, direct, ModelServer } from "../fakes/model-server.ts";

const roomOf = (id: RoomId, access: ShownRoom["access"]): Conversation => ({
  ...{ id, head: 1, lastMessageAt: null, lastRead: 1, unread: 0, mentions: 0 },
  room: {
    access,
    name: "Plans",
    description: "",
    history: "all",
    writers: "everyone",
    owners: [2],
    members: 2,
  },
});

type Author = Role | "oneself" | "nobody any more";

/** What somebody of one role can do with a message of somebody of another. */
function actions(
  role: Role,
  author: Author,
  conversation: ConversationId = groupId,
  access: ShownRoom["access"] = "private",
): string {
  const server = new ModelServer();
  const as = (role: Author) => (role === "moderator" || role === "admin" || role === "owner" ? { role } : {});
  server.also = {
    people: [
      { ...alice, ...as(role) },
      { ...bob, ...as(author) },
    ],
  };
  const { chat, connect } = openChat(server);
  connect();
  if (isRoomId(conversation))
    chat.apply({ type: "conversation.joined", conversation: roomOf(conversation, access) });
  if (author === "nobody any more") chat.apply({ type: "person.deleted", id: bob.id });
  const subject = {
    seq: 1,
    author: author === "oneself" ? alice.id : bob.id,
    text: "hello",
    isPinned: false,
    thread: 1,
  };
  return messageActions(chat, conversation, subject).join(" ");
}

const mine = "react reply thread edit copy link delete";
const mineAsModerator = "react reply thread edit copy link pin delete";
const theirs = "react reply thread copy link unread report";
const theirsAsModerator = "react reply thread copy link unread pin report";
const below = `${theirsAsModerator} mute remove ban`;

describe("ASVS 8.2.2 in the group", () => {
  for (const [at, role] of roles.entries()) {
    test(`what a ${role} can do to others is offered for those below, and for nobody else`, () => {
      expect(actions(role, "oneself")).toBe(role === "member" ? mine : mineAsModerator);
      for (const [place, other] of roles.entries()) {
        const equal = role === "member" ? theirs : theirsAsModerator;
        expect([other, actions(role, other)]).toEqual([other, at > place ? below : equal]);
      }
    });
  }

  test("a message of somebody who is gone can be deleted, and nobody be muted for it", () => {
    expect(actions("moderator", "nobody any more")).toBe(`${theirsAsModerator} remove`);
    expect(actions("member", "nobody any more")).toBe(theirs);
  });
});

test("in a room moderators look after it as in the group, in a private conversation of a few they do not", () => {
  expect(actions("moderator", "member", "room:0123456789abcdef", "private")).toBe(below);
  expect(actions("moderator", "member", "room:0123456789abcdef", "people")).toBe(theirsAsModerator);
});

test("in private only one's own can be deleted, whoever one is", () => {
  expect(actions("owner", "oneself", direct)).toBe(mineAsModerator);
  expect(actions("member", "owner", direct)).toBe(theirsAsModerator);
});
