import { expect, test } from "bun:test";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import type { Conversation } from "../../../server/protocol/events.ts";
import { neighbour, sectionsOf } from "../../../web/chat/sections.ts";
import { openChat } from "../fakes/client.ts";
import { ModelServer } from "../fakes/model-server.ts";

const room = (more: object) => ({
  name: "a",
  description: "",
  access: "public" as const,
  history: "all" as const,
  writers: "everyone" as const,
  owners: [],
  members: 2,
  ...more,
});
const entered = (id: string, at: number, unread: number, more?: object): Conversation => ({
  id: id as Conversation["id"],
  head: 3,
  lastMessageAt: at,
  lastRead: 3 - unread,
  unread,
  mentions: 0,
  ...(more ? { room: room(more) } : {}),
});

const [open, few, old] = ["o", "f", "a"].map((letter) => `room:${letter.repeat(16)}`) as [
  string,
  string,
  string,
];

function listed() {
  const { chat } = openChat(new ModelServer());
  chat.conversations.enter([
    entered(groupId, 1, 0),
    entered(old, 9, 1, { archivedAt: 5 }),
    entered(few, 4, 2, { access: "people", people: [1, 2] }),
    entered("direct:1:2", 8, 0),
    entered(open, 7, 1, {}),
  ]);
  return chat.conversations.all;
}

test("the list has rooms, people and what was archived apart, the latest first", () => {
  expect(
    sectionsOf(listed()).map(({ title, conversations }) => [title, conversations.map(({ id }) => id)]),
  ).toEqual([
    ["Rooms", [groupId, open]],
    ["Direct messages", ["direct:1:2", few]],
    ["Archived", [old]],
  ] as never);
});

test.each([
  [groupId, 1, false, open],
  [groupId, -1, false, old],
  [open, 1, false, "direct:1:2"],
  [open, 1, true, few],
  [few, -1, true, open],
  [null, 1, false, groupId],
] as const)("from %p by %p, unread %p, one comes to %p", (from, step, unread, to) => {
  expect(neighbour(listed(), from, step, unread)?.id as string).toBe(to);
});
