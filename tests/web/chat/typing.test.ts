import { expect, test } from "bun:test";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import { openChat } from "../fakes/client.ts";
import { alice, bob, direct, ModelServer, message } from "../fakes/model-server.ts";

function setUp() {
  const server = new ModelServer();
  const opened = openChat(server);
  opened.connect();
  opened.chat.open(groupId);
  server.settle();
  const told = () =>
    opened.sockets.last.sent.flatMap(({ type }) => (type.startsWith("typing.") ? [type] : []));
  const { typing } = opened.chat.conversations.of(groupId);
  return { server, ...opened, typing, told };
}

test("whoever writes is shown until their message comes, they stop, or say nothing more of it", () => {
  const { server, chat, system, typing } = setUp();
  const began = (person: number) => server.tell({ type: "typing.began", conversation: groupId, person });
  began(alice.id);
  expect(typing.people).toEqual([]);
  for (const end of [
    () => server.tell({ type: "message.sent", message: server.write(bob.id) }),
    () => server.tell({ type: "typing.ended", conversation: groupId, person: bob.id }),
    () => system.advance(4_000),
  ]) {
    for (const person of [bob.id, 3]) began(person);
    system.advance(3_000);
    expect(typing.people).toEqual([bob.id, 3]);
    began(3);
    end();
    expect(typing.people).toEqual([3]);
    system.advance(6_000);
    expect(typing.people).toEqual([]);
  }
  server.tell({ type: "typing.began", conversation: direct, person: bob.id });
  expect(chat.conversations.all.map(({ id }) => id)).toEqual([groupId]);
});

test("screen readers hear of one who writes, and of nobody else for a while", () => {
  const { server, system, typing } = setUp();
  for (const person of [bob.id, 3]) server.tell({ type: "typing.began", conversation: groupId, person });
  expect(typing.announced).toBe(bob.id);
  system.advance(20_000);
  server.tell({ type: "typing.began", conversation: groupId, person: 3 });
  expect(typing.announced).toBe(bob.id);
  system.advance(10_000);
  expect(typing.announced).toBeNull();
});

test("the others are told now and then while one writes, and of the end unless a message tells it", () => {
  const { chat, system, typing, told } = setUp();
  for (let second = 0; second < 7; second++) {
    typing.begin();
    system.advance(1_000);
  }
  expect(told()).toEqual(["typing.begin", "typing.begin", "typing.begin"]);
  typing.end();
  typing.end();
  expect(told().slice(3)).toEqual(["typing.end"]);
  typing.begin();
  typing.sent();
  typing.begin();
  chat.open(null);
  expect(told().slice(4)).toEqual(["typing.begin", "typing.begin", "typing.end"]);
});

test("in a large group nobody is told", () => {
  const { chat, typing, told } = setUp();
  for (let id = 3; id <= 51; id++) chat.people.register({ id, name: `member-${id}` });
  typing.begin();
  expect(told()).toEqual([]);
});

test("everybody who has read is shown at the latest of one's own messages that they have read", () => {
  const { server, chat, connect } = setUp();
  for (const author of [alice.id, bob.id, alice.id, alice.id, bob.id, alice.id]) server.write(author);
  server.remove(groupId, 4);
  server.settle();
  const { readers, pages } = chat.conversations.of(groupId);
  const shown = () => Object.fromEntries(readers.of(pages.messages, alice.id));
  server.readers = [
    { person: bob.id, seq: 5 },
    { person: 3, seq: 7 },
  ];
  server.cut();
  connect();
  expect(shown()).toEqual({ 3: [bob.id], 6: [3] });
  server.tell({ type: "read.seen", conversation: groupId, person: bob.id, seq: 6 });
  expect(shown()).toEqual({ 6: [bob.id, 3] });
  expect(readers.of([message(1, { author: alice.id, rev: 1 })], alice.id).get(1)).toEqual([bob.id, 3]);
  const preferences = { ...chat.myself.preferences!, showRead: false };
  server.tell({ type: "preferences.changed", preferences });
  expect(shown()).toEqual({});
});
