import { expect, test } from "bun:test";
import fc from "fast-check";
import { groupId } from "../../../server/protocol/conversation-id.ts";
import type { Message } from "../../../server/protocol/events.ts";
import { replyCounts } from "../../../web/chat/replies.ts";
import { openChat } from "../fakes/client.ts";
import { bob, ModelServer, message } from "../fakes/model-server.ts";

/** A thread as a server keeps it: what each number did, and how its beginning was counted after each. */
function thread(deletions: readonly boolean[]) {
  const answers: Message[] = [];
  const counted = [message(1)];
  let head = 1;
  let count = 0;
  for (const deletes of deletions) {
    head++;
    const victim = answers.findIndex(({ deletedAt }) => deletedAt === undefined);
    if (deletes && victim !== -1) answers[victim] = { ...answers[victim]!, rev: head, deletedAt: 1 };
    else answers.push(message(head, { thread: 1 }));
    count += deletes && victim !== -1 ? -1 : 1;
    counted.push(message(1, { replies: { count, upTo: head } }));
  }
  return { answers, counted, count };
}

test("answers are counted on from any count the server gave, whatever of them is known by then", () => {
  const property = fc.property(fc.array(fc.boolean(), { maxLength: 12 }), fc.nat(), (deletions, pick) => {
    const { answers, counted, count } = thread(deletions);
    const root = counted[pick % counted.length]!;
    expect(replyCounts([root, ...answers]).get(1) ?? 0).toBe(count);
  });
  fc.assert(property, { numRuns: 300 });
});

test("what is answered and not held is asked for once, and kept as it changes", () => {
  const server = new ModelServer();
  for (let seq = 1; seq <= 6; seq++) server.write(bob.id);
  server.write(bob.id, groupId, undefined, undefined, { body: { text: "yes", replyTo: 1 } });
  const { chat, connect } = openChat(server);
  connect();
  chat.open(groupId);
  server.settle();
  const conversation = chat.conversations.of(groupId);
  conversation.pages.keep(2);
  const asked = () => server.socket!.sent.filter(({ type }) => type === "message.read").length;
  for (let time = 0; time < 2; time++) conversation.quoted.want([1, 1, 77]);
  expect([asked(), conversation.messageAt(1)]).toEqual([1, undefined]);
  server.settle();
  expect([conversation.messageAt(1)?.body.text, conversation.messageAt(77)]).toEqual(["text 1", null]);
  server.remove(groupId, 1);
  server.settle();
  conversation.quoted.want([1, 77]);
  expect([conversation.messageAt(1)?.body.text, asked()]).toEqual(["", 1]);
});

test("a thread that is open takes what is said in it, and is read again after a break", () => {
  const server = new ModelServer();
  const root = server.write(bob.id);
  const { chat, connect } = openChat(server);
  const answers = (text: string) =>
    server.write(bob.id, groupId, undefined, undefined, { body: { text, replyTo: root.seq } });
  connect();
  chat.open(groupId);
  answers("one");
  server.settle();
  const conversation = chat.conversations.of(groupId);
  conversation.openThread(root.seq);
  server.settle();
  const texts = () => conversation.thread?.messages.map(({ body }) => body.text);
  expect(texts()).toEqual(["text 1", "one"]);
  answers("two");
  server.write(bob.id);
  server.settle();
  expect(texts()).toEqual(["text 1", "one", "two"]);
  server.cut();
  answers("three");
  connect();
  expect(texts()).toEqual(["text 1", "one", "two", "three"]);
});
