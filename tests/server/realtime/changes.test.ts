import { expect, test } from "bun:test";
import type { CommandType } from "../../../server/protocol/commands.ts";
import type { Message } from "../../../server/protocol/events.ts";
import type { Socket } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const { people } = stage({ people: { alice: "member", bob: "member", carol: "moderator" } });

/** The message with this `seq` as the next `message.changed` gives it. */
const changed = async (socket: Socket, seq: number): Promise<Message> =>
  (await socket.event("message.changed", ({ message }) => message.seq === seq)).message;

test("an edit, a reaction and a pin reach everybody as the message's next state, numbered without holes", async () => {
  const [alice, bob, carol] = [
    await people.alice.enter(),
    await people.bob.enter(),
    await people.carol.enter(),
  ];
  const { seq } = await alice.say("helo @bob");
  await alice.ask(
    "message.edit",
    { conversation: "group", seq, body: { text: "hello @bob" } },
    "message.edited",
  );
  expect(await changed(bob, seq)).toMatchObject({
    rev: 2,
    body: { text: "hello @bob" },
    mentions: { people: [2] },
    editedAt: expect.any(Number),
  });
  await bob.ask("message.react", { conversation: "group", seq, emoji: "👍", on: true }, "message.reacted");
  await carol.ask("message.pin", { conversation: "group", seq, on: true }, "message.pinned");
  await bob.ask("message.react", { conversation: "group", seq, emoji: "👍", on: true }, "message.reacted");
  const last = await bob.event("message.changed", ({ message }) => message.rev === 4);
  expect(last.message).toMatchObject({
    reactions: [{ emoji: "👍", people: [2] }],
    pinned: { by: 3, at: expect.any(Number) },
  });
  const page = await alice.ask("pins.read", { conversation: "group" }, "pins.page");
  expect(page.messages).toEqual([last.message]);
  expect((await (await people.alice.enter()).entered.conversations[0])!.head).toBe(4);
});

test("nobody edits another's words, nor a deleted message; and no text is a reaction", async () => {
  const [alice, carol] = [await people.alice.enter(), await people.carol.enter()];
  const { seq } = await alice.say("mine");
  const about = { conversation: "group", seq };
  const refused = async (socket: Socket, type: CommandType, more: object) => {
    const ref = socket.send(type, { ...about, ...more });
    return (await socket.event("error", (event) => event.ref === ref)).code;
  };
  expect(await refused(carol, "message.edit", { body: { text: "hers" } })).toBe("not_allowed");
  for (const emoji of ["a", "👍👍", "<b>", "", "1"])
    expect(await refused(alice, "message.react", { emoji, on: true })).toBe("invalid");
  await alice.ask("message.delete", about, "message.deleted");
  expect(await refused(alice, "message.edit", { body: { text: "again" } })).toBe("unknown_message");
  expect(await refused(alice, "message.react", { emoji: "👍", on: true })).toBe("unknown_message");
});

test("a reply belongs to the thread of what it replies to, which is read by itself", async () => {
  const [alice, bob] = [await people.alice.enter(), await people.bob.enter()];
  const reply = async (socket: Socket, text: string, replyTo: number) => {
    const clientId = crypto.randomUUID();
    socket.send("message.send", { conversation: "group", clientId, body: { text, replyTo } });
    return (await socket.event("message.sent", ({ message }) => message.clientId === clientId)).message;
  };
  const root = await alice.say("who comes?");
  const first = await reply(bob, "I do", root.seq);
  const second = await reply(alice, "good", first.seq);
  expect([first.thread, second.thread]).toEqual([root.seq, root.seq]);
  const answered = { ...root, replies: { count: 2, upTo: second.seq } };
  const asked = { conversation: "group", seq: root.seq };
  expect((await alice.ask("thread.read", asked, "thread.page")).messages).toEqual([answered, first, second]);
  const page = await alice.ask(
    "thread.read",
    { ...asked, seq: second.seq, before: second.seq, limit: 1 },
    "thread.page",
  );
  expect(page).toMatchObject({ seq: root.seq, messages: [answered, first], more: false });
  const list = await bob.ask("message.read", { conversation: "group", seqs: [root.seq, 77] }, "message.list");
  expect(list.messages).toEqual([answered]);
  const [group] = (await people.alice.enter()).entered.conversations;
  expect(group).toMatchObject({ mentions: 1 });
  const ref = bob.send("message.send", {
    conversation: "group",
    clientId: crypto.randomUUID(),
    body: { text: "to nothing", replyTo: 99 },
  });
  expect(await bob.event("error", (event) => !event.ref || event.ref === ref)).toMatchObject({
    code: "unknown_message",
  });
});

test("@everyone calls all where few can read it, and in a large group by right; nobody calls themselves", async () => {
  const [alice, bob] = [await people.alice.enter(), await people.bob.enter()];
  const message = await alice.say("@everyone: @alice is here");
  expect(message.mentions).toEqual({ everyone: true });
  const mentions = async (name: "alice" | "bob" | "carol") =>
    (await people[name].enter()).entered.conversations[0]!.mentions;
  expect([await mentions("alice"), await mentions("bob"), await mentions("carol")]).toEqual([0, 1, 1]);
  const between = await bob.say("@carol and @alice", "direct:1:2");
  expect(between.mentions).toEqual({ people: [1] });
});
