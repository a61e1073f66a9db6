import { beforeEach, describe, expect, test } from "bun:test";
import type { ConversationId } from "../../../../server/protocol/conversation-id.ts";
import { limits } from "../../../../server/protocol/limits.ts";
import { draft, type Ground, type OpenGround, settle } from "./ground.ts";

/** What a store knows of who has read what. */
export function conversationSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob", "carol");
  });
  const write = (author: number, count: number, id: ConversationId = "group") =>
    ground.store.messages.append(Array.from({ length: count }, () => draft("text", author, id)));
  const mark = (userId: number, seq: number, conversation: ConversationId = "group") =>
    ground.store.conversations.markRead([{ userId, conversation, seq }]);
  const unread = async (user: number, id = "group") =>
    (await ground.store.conversations.of(user)).find((each) => each.id === id)?.unread;

  describe("the list of a member", () => {
    test("has the group first, then by latest message, with what belongs to each", async () => {
      const [first] = await ground.store.messages.append([{ ...draft("a", 2, "direct:1:2"), createdAt: 10 }]);
      await ground.store.messages.append([{ ...draft("b", 3, "direct:1:3"), createdAt: 20 }]);
      expect(first?.kind).toBe("stored");
      expect(await ground.store.conversations.of(1)).toEqual([
        { id: "group", head: 0, lastMessageAt: null, lastRead: 0, unread: 0, mentions: 0 },
        {
          id: "direct:1:3",
          head: 1,
          lastMessageAt: 20,
          lastRead: 0,
          unread: 1,
          mentions: 0,
          latest: { seq: 1, author: 3, text: "b", at: 20 },
        },
        {
          id: "direct:1:2",
          head: 1,
          lastMessageAt: 10,
          lastRead: 0,
          unread: 1,
          mentions: 0,
          latest: { seq: 1, author: 2, text: "a", at: 10 },
        },
      ]);
      expect((await ground.store.conversations.of(3)).map(({ id }) => id)).toEqual(["group", "direct:1:3"]);
    });

    test("begins, for who joins late, with everything read", async () => {
      await write(1, 5);
      await settle(ground.store, "dave");
      expect(await ground.store.conversations.of(4)).toMatchObject([{ lastRead: 5, unread: 0 }]);
    });

    test("keeps the conversation with someone deleted since, and is empty for who is deleted", async () => {
      await write(2, 1, "direct:1:2");
      await ground.store.users.remove(2);
      expect((await ground.store.conversations.of(1)).map(({ id }) => id)).toEqual(["group", "direct:1:2"]);
      expect(await ground.store.conversations.of(2)).toEqual([]);
    });
  });

  describe("unread", () => {
    test("counts what others wrote after the mark, not one's own", async () => {
      await write(1, 3);
      await write(2, 2);
      expect(await unread(1)).toBe(2);
      expect(await unread(2)).toBe(3);
      expect(await unread(3)).toBe(5);
      await mark(3, 4);
      expect(await unread(3)).toBe(1);
    });

    test("is counted up to its bound", async () => {
      await write(1, limits.unreadMax - 1);
      expect(await unread(2)).toBe(limits.unreadMax - 1);
      await write(1, 2);
      expect(await unread(2)).toBe(limits.unreadMax);
    });

    test("shows an answer to someone who wrote a great deal and never read", async () => {
      for (let at = 0; at < 6; at++) await write(1, 200);
      await write(2, 1);
      expect(await unread(1)).toBe(1);
    });

    test("an edit of what was read is not unread again", async () => {
      await write(2, 2);
      await mark(1, 2);
      await ground.run("update chat_messages set rev = 3 where seq = 1");
      await ground.run("update conversations set head = 3 where id = 'group'");
      expect(await unread(1)).toBe(0);
    });
  });

  describe("of what is unread", () => {
    const name = (user: number, seq: number, id: ConversationId = "group") =>
      ground.run(
        `insert into mentions (user_id, conversation_id, seq, cause) values (${user}, '${id}', ${seq}, 'name')`,
      );
    const counts = async (user: number, id = "group") => {
      const found = (await ground.store.conversations.of(user)).find((each) => each.id === id);
      return [found?.unread, found?.mentions];
    };

    test("what means one is counted apart, up to its bound, without what was deleted", async () => {
      await write(2, 3);
      await write(2, 2, "direct:1:2");
      for (const seq of [1, 2]) await name(1, seq);
      await name(3, 3);
      await name(1, 2, "direct:1:2");
      expect([await counts(1), await counts(3), await counts(1, "direct:1:2")]).toEqual([
        [3, 2],
        [3, 1],
        [2, 1],
      ]);
      expect(await mark(1, 1)).toMatchObject([{ seq: 1, unread: 2, mentions: 1 }]);
      await ground.store.messages.remove("group", 2, 99);
      expect(await counts(1)).toEqual([1, 0]);
      await write(2, limits.unreadMax + 5);
      for (let seq = 5; seq < limits.unreadMax + 10; seq++) await name(1, seq);
      expect(await counts(1)).toEqual([limits.unreadMax, limits.unreadMax]);
    });

    test("lines of the conversation itself, and what was before one came, count for nothing", async () => {
      await write(2, 5);
      for (const seq of [1, 2, 5]) await name(1, seq);
      await ground.run("update chat_messages set is_line = 1 where seq = 4");
      expect(await counts(1)).toEqual([4, 3]);
      await ground.run("update memberships set sees_from = 3 where user_id = 1");
      expect(await counts(1)).toEqual([2, 1]);
      expect(await mark(1, 1)).toMatchObject([{ seq: 1, unread: 2, mentions: 1 }]);
    });
  });

  test("members are listed with how far they have read", async () => {
    await write(2, 4);
    await mark(1, 3);
    await mark(3, 4);
    const read = [0, 3, 0, 4].map((seq, person) => ({ person, seq })).slice(1);
    expect(await ground.store.conversations.readers("group")).toEqual(read);
    expect(await ground.store.conversations.readers("direct:1:2")).toEqual([]);
  });

  describe("a mark", () => {
    test("moves back where it says so, no further than it says, and never forward", async () => {
      await write(2, 5);
      await mark(1, 4);
      const back = (seq: number) =>
        ground.store.conversations.markRead([{ userId: 1, conversation: "group", seq, back: true }]);
      const stands = { userId: 1, conversation: "group", mentions: 0, head: 5, back: true } as const;
      expect(await back(1)).toEqual([{ ...stands, seq: 1, unread: 4 }]);
      expect(await back(3)).toEqual([{ ...stands, seq: 1, unread: 4 }]);
      expect(await unread(1)).toBe(4);
      expect(await mark(1, 2)).toMatchObject([{ seq: 2, unread: 3 }]);
    });

    test("moves forward and never back, and answers where it stands", async () => {
      await write(2, 5);
      const stands = { userId: 1, conversation: "group", seq: 3, unread: 2, mentions: 0, head: 5 } as const;
      expect(await mark(1, 3)).toEqual([stands]);
      expect(await mark(1, 1)).toEqual([stands]);
      expect(await unread(1)).toBe(2);
    });

    test("stops at the head: what is written later is unread", async () => {
      await write(2, 2);
      expect(await mark(1, Number.MAX_SAFE_INTEGER)).toMatchObject([{ seq: 2, unread: 0 }]);
      await write(2, 1);
      expect(await unread(1)).toBe(1);
    });

    test("of many people in many conversations is set at once", async () => {
      await write(3, 4);
      await write(1, 2, "direct:1:2");
      const states = await ground.store.conversations.markRead([
        { userId: 1, conversation: "group", seq: 1 },
        { userId: 2, conversation: "group", seq: 4 },
        { userId: 2, conversation: "direct:1:2", seq: 1 },
      ]);
      expect(states.map(({ seq, unread }) => [seq, unread])).toEqual([
        [1, 3],
        [4, 0],
        [1, 1],
      ]);
      expect(await unread(1)).toBe(3);
    });

    test("in a conversation nobody wrote in, or of someone deleted, says nothing and makes nothing", async () => {
      expect(await mark(1, 7, "direct:1:2")).toMatchObject([{ seq: 0, unread: 0 }]);
      expect((await ground.store.conversations.of(1)).map(({ id }) => id)).toEqual(["group"]);
      await write(1, 1);
      await ground.store.users.remove(2);
      await mark(2, 1);
      expect(await ground.store.conversations.of(2)).toEqual([]);
    });
  });
}
