import { beforeEach, describe, expect, test } from "bun:test";
import type { Message } from "../../../server/protocol/events.ts";
import { Follower } from "../../support/follower.ts";
import type { Socket } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";
import { logOf } from "../store/conformance/ground.ts";

/** Limits so wide that only those of deleting are met. */
const env = { MESSAGE_BURST: "1000", MESSAGES_PER_MINUTE: "1000" };
let [a, b, m]: Socket[] = [];
const { server, time, alice, bob, mona, contents } = stage({
  clock: true,
  env,
  people: { alice: "member", bob: "member", mona: "moderator" },
});
beforeEach(async () => {
  [a, b, m] = await Promise.all([alice, bob, mona].map((person) => person.enter()));
});

const remove = ({ conversation, seq }: Pick<Message, "conversation" | "seq">, by = a!) =>
  by.ask("message.delete", { conversation, seq }, "message.deleted");
const refused = async ({ conversation, seq }: { conversation: string; seq: number }, by: Socket) =>
  (await by.ask("message.delete", { conversation, seq }, "error")).code;
const inOrder = (log: Message[]) => log.toSorted((one, other) => one.seq - other.seq);
const changesHeardBy = async (socket: Socket) => {
  await socket.ask("ping", {}, "pong");
  return socket.events.flatMap((event) => (event.type === "message.changed" ? [event.message] : []));
};

describe("a message that its author deletes", () => {
  test("is gone for everybody at once: its text, not its place, its author or its time", async () => {
    const message = await a!.say("I should not have said that");
    await b!.say("What?");
    time.advance(5_000);
    await remove(message);
    const changed = { ...message, rev: 3, body: { text: "" }, deletedAt: time.now() };
    for (const socket of [a!, b!, m!]) expect(await changesHeardBy(socket)).toEqual([changed]);
    expect(JSON.stringify(contents())).not.toContain("should not have");
    expect(await b!.say("Never mind")).toMatchObject({ seq: 4, rev: 4 });
    const page = await b!.ask("history.read", { conversation: "group" }, "history.page");
    expect(page.messages.map(({ seq, body }) => [seq, body.text])).toEqual([
      [1, ""],
      [2, "What?"],
      [4, "Never mind"],
    ]);
  });

  test("in private is gone for both, and nobody else hears of it", async () => {
    const message = await a!.say("just us", "direct:1:2");
    await remove(message);
    expect((await changesHeardBy(b!)).map(({ seq, body }) => [seq, body.text])).toEqual([[1, ""]]);
    expect(await changesHeardBy(m!)).toEqual([]);
  });

  test("twice is as good as once: the same answer, and nothing changes or is said", async () => {
    const message = await a!.say("once");
    await remove(message);
    const before = contents();
    await remove(message);
    await remove(message, m!);
    expect(contents()).toEqual(before);
    expect(await changesHeardBy(b!)).toHaveLength(1);
  });

  test("is unread no more for who was away", async () => {
    b!.close();
    await b!.closed;
    const [first] = [await a!.say("one"), await a!.say("two"), await a!.say("three", "direct:1:2")];
    await remove(first!);
    await remove({ conversation: "direct:1:2", seq: 1 });
    const { entered } = await bob!.enter();
    expect(entered.conversations.map(({ id, head, unread }) => [id, head, unread])).toEqual([
      ["group", 3, 1],
      ["direct:1:2", 2, 0],
    ]);
  });

  test("leaves no line in the audit log: it was theirs", async () => {
    await remove(await a!.say("mine"));
    expect(await auditedMessages()).toEqual([]);
  });
});

describe("catching up", () => {
  test("brings what was deleted while one was away, also of long ago", async () => {
    const follower = await new Follower().follow(await bob!.enter());
    const said: Message[] = [];
    for (let at = 0; at < 5; at++) said.push(await a!.say(`message ${at}`));
    await follower.reaches(5);
    bob!.leave();
    await remove(said[1]!);
    await a!.say("and on");
    await remove(said[4]!);
    await follower.follow(await bob!.enter());
    expect(follower.log.map(({ body }) => body.text)).toEqual([
      ...["message 0", "", "message 2", "message 3", "", "and on"],
    ]);
    expect(follower.log).toEqual(inOrder(await logOf(server.store)));
  });

  test("while everybody writes and deletes at once, all come to have the same, without a hole", async () => {
    const followers = await Promise.all(
      [alice, bob, mona].map(async (person) => new Follower().follow(await person.enter())),
    );
    const once = async (socket: Socket, text: string) => remove(await socket.say(text), socket);
    await Promise.all(
      Array.from({ length: 24 }, (_, at) => [
        once([a!, b!, m!][at % 3]!, `in vain ${at}`),
        b!.say(`kept ${at}`),
      ]).flat(),
    );
    for (const follower of followers) await follower.reaches(72);
    const log = inOrder(await logOf(server.store));
    expect(log.filter(({ deletedAt }) => deletedAt === undefined)).toHaveLength(24);
    for (const follower of followers) {
      expect(follower.log).toEqual(log);
      expect([follower.contradictions, follower.counted]).toEqual([[], { holes: 0, syncs: 0 }]);
    }
  });
});

describe("sending a deleted message again", () => {
  test("answers it as it is, to this socket alone, and stores nothing: once is once", async () => {
    const clientId = crypto.randomUUID();
    const message = await a!.say("was it sent?", "group", clientId);
    await remove(message);
    const again = await (await alice!.enter()).say("was it sent?", "group", clientId);
    expect(again).toEqual({ ...message, rev: 2, body: { text: "" }, deletedAt: time.now() });
    await b!.ask("ping", {}, "pong");
    expect(b!.events.filter(({ type }) => type === "message.sent")).toHaveLength(1);
    expect(await logOf(server.store)).toEqual([again]);
  });

  test("into another conversation is refused", async () => {
    const clientId = crypto.randomUUID();
    await remove(await a!.say("hello", "group", clientId));
    const elsewhere = { conversation: "direct:1:2", clientId, body: { text: "hello" } };
    expect((await a!.ask("message.send", elsewhere, "error")).code).toBe("client_id_reused");
  });
});

describe("a moderator", () => {
  test("deletes what a member wrote in the group, and one line says so, without what it said", async () => {
    const message = await a!.say("rude words");
    await remove(message, m!);
    expect((await changesHeardBy(a!)).map(({ seq, body }) => [seq, body.text])).toEqual([[1, ""]]);
    expect(await auditedMessages()).toEqual([
      {
        ...{ at: time.now(), event: "message.deleted", actorId: 3, subjectId: 1 },
        detail: { conversation: "group", seq: 1 },
      },
    ]);
  });

  test("deletes what somebody left behind whose account is gone", async () => {
    const message = await a!.say("goodbye");
    expect((await alice!.fetch("DELETE", "/api/account", { messages: "keep" })).status).toBe(204);
    expect(await refused(message, b!)).toBe("not_allowed");
    await remove(message, m!);
    expect((await changesHeardBy(b!)).map(({ body }) => body.text)).toEqual([""]);
  });
});

test("what is not there cannot be deleted", async () => {
  await a!.say("hello");
  expect(await refused({ conversation: "group", seq: 2 }, a!)).toBe("unknown_message");
  expect(await refused({ conversation: "direct:1:2", seq: 1 }, a!)).toBe("unknown_message");
});

test("ASVS 2.4.1 deleting is bounded; who may not for the moment is told until when, and others go on", async () => {
  const { conversation, seq } = await b!.say("hello");
  const asked = { conversation, seq };
  for (let count = 0; count < 30; count++) expect(await refused(asked, a!)).toBe("not_allowed");
  const wait = await a!.ask("message.delete", asked, "error");
  expect([wait.code, wait.retryAfter]).toEqual(["rate_limited", 1_000]);
  await remove(asked, b!);
  time.advance(999);
  expect(await refused(asked, a!)).toBe("rate_limited");
  time.advance(1);
  expect(await refused(asked, a!)).toBe("not_allowed");
});

/** The lines of the audit log, as far as they are about messages. */
async function auditedMessages() {
  const lines = await server.store.audit.page({}, null, 100);
  return lines
    .filter(({ event }) => event.startsWith("message."))
    .map(({ at, event, actorId, subjectId, detail }) => ({ at, event, actorId, subjectId, detail }));
}
