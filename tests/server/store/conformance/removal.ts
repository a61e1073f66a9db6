import { beforeEach, describe, expect, test } from "bun:test";
import type { ConversationId } from "../../../../server/protocol/conversation-id.ts";
import { outcomeOf } from "../../../support/outcome.ts";
import { draft, type Ground, logOf, messageOf, type OpenGround, settle } from "./ground.ts";

/** How a store takes the text of messages away. */
export function removalSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob", "carol");
  });
  const append = (...texts: string[]) => ground.store.messages.append(texts.map((text) => draft(text, 2)));
  const revsOf = async (id?: ConversationId) =>
    (await logOf(ground.store, id)).map(({ seq, rev, body }) => [seq, rev, body.text]);

  describe("a message that is deleted", () => {
    test("keeps its place without its text, as the next change of its conversation", async () => {
      const { messages, conversations } = ground.store;
      const stored = (await append("a", "b", "c")).map(messageOf);
      const deleted = await messages.remove("group", 2, 500);
      expect(deleted).toEqual({ ...stored[1]!, rev: 4, body: { text: "" }, deletedAt: 500 });
      expect(await messages.find("group", 2)).toEqual(deleted);
      expect(await messages.find("group", 1)).toEqual(stored[0]!);
      expect((await messages.before("group", null, 10)).messages).toEqual([stored[0]!, deleted!, stored[2]!]);
      expect(await messages.after("group", 3, 10)).toEqual({ messages: [deleted!], more: false, head: 4 });
      expect(await conversations.of(1)).toMatchObject([
        { id: "group", head: 4, lastMessageAt: stored[2]!.createdAt },
      ]);
      expect(messageOf((await append("d"))[0])).toMatchObject({ seq: 5, rev: 5 });
    });

    test("is deleted once, and only where it is", async () => {
      const { messages } = ground.store;
      await append("a");
      expect(await messages.remove("group", 1, 500)).not.toBeNull();
      expect(await messages.remove("group", 1, 600)).toBeNull();
      expect(await messages.remove("group", 2, 600)).toBeNull();
      expect(await messages.remove("direct:1:2", 1, 600)).toBeNull();
      expect(await messages.find("group", 2)).toBeNull();
      expect(await messages.find("group", 1)).toMatchObject({ deletedAt: 500, rev: 2 });
      expect(await ground.store.conversations.head("group")).toBe(2);
      expect(await ground.store.conversations.of(1)).toHaveLength(1);
    });

    test("is not unread, and what is deleted of what was read is not unread again", async () => {
      const { messages, conversations } = ground.store;
      await append("a", "b", "c");
      const unread = async () => (await conversations.of(1))[0]!.unread;
      await conversations.markRead([{ userId: 1, conversation: "group", seq: 1 }]);
      expect(await unread()).toBe(2);
      await messages.remove("group", 2, 500);
      expect(await unread()).toBe(1);
      await messages.remove("group", 1, 500);
      expect(await unread()).toBe(1);
      expect(await conversations.markRead([{ userId: 1, conversation: "group", seq: 2 }])).toMatchObject([
        { seq: 2, unread: 1 },
      ]);
      await messages.remove("group", 3, 500);
      expect(await unread()).toBe(0);
    });

    test("that is sent again is answered as it now is, whatever it says", async () => {
      const once = draft("hello", 2);
      await ground.store.messages.append([once]);
      const deleted = await ground.store.messages.remove("group", 1, 500);
      const outcomes = await ground.store.messages.append([once, { ...once, body: { text: "other" } }]);
      expect(outcomes).toEqual([
        { kind: "duplicate", message: deleted! },
        { kind: "duplicate", message: deleted! },
      ]);
      expect(await ground.store.conversations.head("group")).toBe(2);
    });
  });

  describe("all messages of an author", () => {
    beforeEach(async () => {
      await ground.store.messages.append([
        draft("a", 1),
        draft("b", 2),
        draft("c", 2, "direct:1:2"),
        draft("d", 2),
        draft("e", 1, "direct:1:2"),
        draft("f", 2),
      ]);
    });

    test("go some at a time, each as a change of its own, in the order of their numbers", async () => {
      const { messages } = ground.store;
      const first = await messages.removeOf(2, 500, 3);
      expect(first.map(({ conversation, seq, rev }) => [conversation, seq, rev])).toEqual([
        ["direct:1:2", 1, 3],
        ["group", 2, 5],
        ["group", 3, 6],
      ]);
      for (const message of first)
        expect(message).toMatchObject({ author: 2, body: { text: "" }, deletedAt: 500 });
      expect(await messages.countOf(2)).toBe(1);
      expect(await messages.removeOf(2, 501, 3)).toMatchObject([{ seq: 4, rev: 7, deletedAt: 501 }]);
      expect(await messages.removeOf(2, 502, 3)).toEqual([]);
      expect(await messages.countOf(2)).toBe(0);
      expect(await revsOf()).toEqual([
        [1, 1, "a"],
        [2, 5, ""],
        [3, 6, ""],
        [4, 7, ""],
      ]);
      expect(await revsOf("direct:1:2")).toEqual([
        [2, 2, "e"],
        [1, 3, ""],
      ]);
      expect(await ground.store.conversations.head("group")).toBe(7);
    });

    test("go also when the account is gone", async () => {
      await ground.store.users.remove(2, true);
      expect(await ground.store.messages.removeOf(2, 500, 100)).toHaveLength(4);
    });

    test("are counted and read in their conversation, deleted ones left out", async () => {
      const { messages } = ground.store;
      expect([await messages.countOf(1), await messages.countOf(2), await messages.countOf(3)]).toEqual([
        2, 4, 0,
      ]);
      const textsBy = async (author: number, id: ConversationId, after: number, limit: number) =>
        (await messages.by(author, id, after, limit)).map(({ body }) => body.text);
      expect(await textsBy(2, "group", 0, 10)).toEqual(["b", "d", "f"]);
      expect(await textsBy(2, "group", 0, 2)).toEqual(["b", "d"]);
      expect(await textsBy(2, "group", 3, 10)).toEqual(["f"]);
      expect(await textsBy(2, "direct:1:2", 0, 10)).toEqual(["c"]);
      expect(await textsBy(3, "group", 0, 10)).toEqual([]);
      await messages.remove("group", 3, 500);
      expect(await textsBy(2, "group", 0, 10)).toEqual(["b", "f"]);
      expect(await messages.countOf(2)).toBe(3);
    });
  });

  test("ASVS 2.3.3 a failure in the middle of many changes none", async () => {
    await append("a", "b", "c");
    await ground.run("update chat_messages set rev = 5 where seq = 3");
    expect(await outcomeOf(ground.store.messages.removeOf(2, 500, 10))).toThrow();
    expect((await logOf(ground.store)).map(({ body }) => body.text)).toEqual(["a", "b", "c"]);
    expect(await ground.store.conversations.head("group")).toBe(3);
  });

  test("ASVS 15.4.2 numbers have no hole and no double, however much is sent and deleted at once", async () => {
    const { messages, conversations } = ground.store;
    await append(...Array.from({ length: 20 }, (_, at) => `${at}`));
    const work: Promise<unknown>[] = [];
    for (let at = 1; at <= 20; at++) {
      work.push(append(`new ${at}`), messages.remove("group", at, 500));
      if (at % 5 === 0) work.push(messages.removeOf(2, 501, 3), messages.remove("group", at, 502));
    }
    await Promise.all(work);
    const log = await logOf(ground.store);
    const head = await conversations.head("group");
    const deleted = log.filter(({ deletedAt }) => deletedAt !== undefined);
    expect(log).toHaveLength(40);
    // Forty were sent, and each deletion took one more number.
    expect(head).toBe(40 + deleted.length);
    expect(new Set(log.map(({ rev }) => rev)).size).toBe(40);
    expect(log.at(-1)!.rev).toBe(head);
  });

  test("ASVS 14.2.7 what was deleted is noted with it until the files are cleared, and nothing else is", async () => {
    const { messages, users } = ground.store;
    await append("a", "b", "c");
    await messages.remove("group", 9, 500);
    await messages.removeOf(1, 500, 10);
    await users.remove(9);
    expect(await messages.isVacuumPending()).toBe(false);
    const deletions = [
      () => messages.remove("group", 1, 500),
      () => messages.removeOf(2, 500, 1),
      () => users.remove(3),
    ];
    for (const remove of deletions) {
      await remove();
      expect(await messages.isVacuumPending()).toBe(true);
      await messages.vacuum();
      expect(await messages.isVacuumPending()).toBe(false);
    }
    await ground.run("update chat_messages set rev = 9 where seq = 1");
    await ground.run("update conversations set head = 8 where id = 'group'");
    expect(await outcomeOf(messages.removeOf(2, 500, 10))).toThrow();
    expect(await messages.isVacuumPending()).toBe(false);
  });

  test("what was deleted is cleared out of the files without harm to the rest", async () => {
    await append("a", "b");
    await ground.store.messages.remove("group", 1, 500);
    await ground.store.messages.vacuum();
    expect(await revsOf()).toEqual([
      [2, 2, "b"],
      [1, 3, ""],
    ]);
  });
}
