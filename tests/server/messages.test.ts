import { expect, test } from "bun:test";
import { ChatProcess } from "../support/chat-process.ts";
import { Follower } from "../support/follower.ts";
import { Person } from "../support/person.ts";
import { stage } from "../support/stage.ts";

const { server } = stage({ once: true });

test("two people talk in the group and in private", async () => {
  const alice = await new Person(server, "alice").register();
  const bob = await new Person(server, "bob").register();
  const [a, b] = [await alice.enter(), await bob.enter()];
  expect(a.entered.people).toEqual([
    { id: 1, name: "alice" },
    { id: 2, name: "bob" },
  ]);
  const first = await a.say("hello");
  expect(first).toMatchObject({ conversation: "group", seq: 1, rev: 1, author: 1 });
  expect((await b.event("message.sent")).message).toEqual(first);
  const secret = await b.say("psst", "direct:1:2");
  expect((await a.event("message.sent", ({ message }) => message.author === 2)).message).toEqual(secret);
  a.close();
  b.close();
});

test("they go on where they were when the server is killed in the middle and one of them is away for a while", async () => {
  const chat = await new ChatProcess().start();
  try {
    const alice = await new Person(chat, "alice").register();
    const bob = await new Person(chat, "bob").register();
    const [group, together] = [new Follower(), new Follower("direct:1:2")];
    let [a, b] = [await alice.enter(), await bob.enter()];
    for (const follower of [group, together]) await follower.follow(b);
    await a.say("hello");
    await b.say("just us", "direct:1:2");
    const unanswered = crypto.randomUUID();
    a.send("message.send", { conversation: "group", clientId: unanswered, body: { text: "did it arrive?" } });
    await chat.kill();
    expect([await a.closed, await b.closed]).toEqual([1006, 1006]);

    await chat.start();
    a = await alice.enter();
    await a.say("did it arrive?", "group", unanswered);
    await a.say("are you there?", "direct:1:2");
    b = await bob.enter();
    const unread = b.entered.conversations.map(({ id, unread }) => [id, unread]);
    expect(unread).toEqual([
      ["group", 2],
      ["direct:1:2", 1],
    ]);
    for (const follower of [group, together]) await follower.follow(b);
    const texts = ({ log }: Follower) => log.map(({ seq, body }) => [seq, body.text]);
    expect(texts(group)).toEqual([
      [1, "hello"],
      [2, "did it arrive?"],
    ]);
    expect(texts(together)).toEqual([
      [1, "just us"],
      [2, "are you there?"],
    ]);
    expect(await chat.stop()).toBe(0);
    expect(await b.closed).toBe(4002);
  } finally {
    await chat.remove();
  }
}, 20_000);
