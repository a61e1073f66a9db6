import { beforeEach, describe, expect, test } from "bun:test";
import type { ConversationId } from "../../../../server/protocol/conversation-id.ts";
import { outcomeOf } from "../../../support/outcome.ts";
import { draft, type Ground, logOf, messageOf, type OpenGround, settle, uuid } from "./ground.ts";

/** How a store takes messages. */
export function appendSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob", "carol");
  });
  const append: Ground["store"]["messages"]["append"] = (drafts) => ground.store.messages.append(drafts);
  const kinds = (outcomes: Awaited<ReturnType<typeof append>>) =>
    outcomes.map((outcome) => (outcome.kind === "refused" ? outcome.code : outcome.kind));

  describe("numbers", () => {
    test("count 1, 2, 3 in the order of the drafts, over batches and authors", async () => {
      await append([draft("a"), draft("b", 2)]);
      await append([draft("c", 3), draft("d")]);
      const log = await logOf(ground.store);
      expect(log.map(({ seq, rev, author, body }) => [seq, rev, author, body.text])).toEqual([
        [1, 1, 1, "a"],
        [2, 2, 2, "b"],
        [3, 3, 3, "c"],
        [4, 4, 1, "d"],
      ]);
      expect(await ground.store.conversations.head("group")).toBe(4);
    });

    test("count in every conversation by themselves, also mixed in one batch", async () => {
      const [a, b, c, d] = await append([
        draft("x"),
        draft("y", 1, "direct:1:2"),
        draft("z", 2, "direct:1:2"),
        draft("w"),
      ]);
      expect([a, b, c, d].map((outcome) => messageOf(outcome).seq)).toEqual([1, 1, 2, 2]);
    });

    test("go on from a head that an edit has moved", async () => {
      await append([draft("a"), draft("b")]);
      await ground.run("update chat_messages set rev = 3 where seq = 1");
      await ground.run("update conversations set head = 3 where id = 'group'");
      expect(messageOf((await append([draft("c")]))[0])).toMatchObject({ seq: 4, rev: 4 });
    });
  });

  describe("the same message again", () => {
    test("is answered as it was stored, in the same batch and later", async () => {
      const once = draft("hello");
      const [first, second] = await append([once, once]);
      const [third] = await append([{ ...once, createdAt: 9_999 }]);
      expect(kinds([first!, second!, third!])).toEqual(["stored", "duplicate", "duplicate"]);
      expect(messageOf(second)).toEqual(messageOf(first));
      expect(messageOf(third)).toEqual(messageOf(first));
      expect(await logOf(ground.store)).toHaveLength(1);
    });

    test("with another text or in another conversation is refused, and nothing comes into being", async () => {
      const once = draft("hello");
      const outcomes = await append([
        once,
        { ...once, body: { text: "bye" } },
        { ...once, conversation: "direct:1:2" },
        draft("after"),
      ]);
      expect(kinds(outcomes)).toEqual(["stored", "client_id_reused", "client_id_reused", "stored"]);
      expect(kinds(await append([{ ...once, conversation: "direct:1:3" }]))).toEqual(["client_id_reused"]);
      expect((await logOf(ground.store)).map(({ seq }) => seq)).toEqual([1, 2]);
      expect(await ground.store.conversations.of(1)).toHaveLength(1);
    });

    test("from another author is another message", async () => {
      const clientId = uuid();
      const outcomes = await append([
        { ...draft("a"), clientId },
        { ...draft("b", 2), clientId },
      ]);
      expect(kinds(outcomes)).toEqual(["stored", "stored"]);
    });

    test("of a private conversation whose other end was deleted since is still answered", async () => {
      const once = draft("hello", 1, "direct:1:2");
      await append([once]);
      await ground.store.users.remove(2);
      expect(kinds(await append([once, draft("more", 1, "direct:1:2")]))).toEqual([
        "duplicate",
        "person_deleted",
      ]);
    });
  });

  describe("refusals inside a batch", () => {
    test("leave no hole and harm nobody else", async () => {
      await ground.store.users.remove(3);
      const outcomes = await append([
        draft("a"),
        draft("to nobody", 1, "direct:1:3"),
        draft("from nobody", 3),
        draft("to who never was", 1, "direct:1:77"),
        draft("b", 2),
      ]);
      expect(kinds(outcomes)).toEqual([
        "stored",
        "person_deleted",
        "not_signed_in",
        "person_deleted",
        "stored",
      ]);
      expect((await logOf(ground.store)).map(({ seq }) => seq)).toEqual([1, 2]);
      expect((await ground.store.conversations.of(1)).map(({ id }) => id)).toEqual(["group"]);
    });
  });

  describe("ASVS 8.2.2 whoever is not a member", () => {
    const leave = (user: number, id: string) =>
      ground.run(`delete from memberships where user_id = ${user} and conversation_id = '${id}'`);

    test("writes nothing, from the moment their row is gone, and leaves no hole", async () => {
      const [before, direct] = [draft("before", 2), draft("before", 2, "direct:1:2")];
      await append([before, direct]);
      await leave(2, "group");
      await leave(2, "direct:1:2");
      const late = [draft("late", 2), draft("late", 2, "direct:1:2"), draft("hello"), before, direct];
      expect(kinds(await append(late))).toEqual([
        "unknown_conversation",
        "unknown_conversation",
        "stored",
        "duplicate",
        "duplicate",
      ]);
      expect((await logOf(ground.store)).map(({ seq, author }) => [seq, author])).toEqual([
        [1, 2],
        [2, 1],
      ]);
      expect(await logOf(ground.store, "direct:1:2")).toHaveLength(1);
    });

    test("brings nothing into being, neither between two others nor under any other name", async () => {
      const outcomes = await append([
        draft("x", 3, "direct:1:2"),
        draft("x", 1, "room:7" as ConversationId),
        draft("hello", 2, "direct:1:2"),
        draft("x", 3, "direct:1:2"),
      ]);
      expect(kinds(outcomes)).toEqual([
        "unknown_conversation",
        "unknown_conversation",
        "stored",
        "unknown_conversation",
      ]);
      expect(kinds(await append([draft("x", 3, "direct:1:2")]))).toEqual(["unknown_conversation"]);
      const lists = await Promise.all([1, 2, 3].map((user) => ground.store.conversations.of(user)));
      expect(lists.map((list) => list.map(({ id }) => id))).toEqual([
        ["group", "direct:1:2"],
        ["group", "direct:1:2"],
        ["group"],
      ]);
    });
  });

  describe("a batch is stored whole or not at all", () => {
    test("ASVS 2.3.3 a statement that fails in the middle changes nothing", async () => {
      await append([draft("before")]);
      await ground.failOn("poison");
      const good = [draft("a"), draft("b", 2, "direct:1:2")];
      expect(await outcomeOf(append([...good, draft("poison", 3), draft("c")]))).toThrow();
      expect(await logOf(ground.store)).toHaveLength(1);
      expect(await ground.store.conversations.head("group")).toBe(1);
      expect((await ground.store.conversations.of(2)).map(({ id }) => id)).toEqual(["group"]);
      expect(kinds(await append(good))).toEqual(["stored", "stored"]);
      expect((await logOf(ground.store)).map(({ seq }) => seq)).toEqual([1, 2]);
    });

    test("none is a batch too", async () => expect(await append([])).toEqual([]));
  });

  test("what is stored is what was written, to the last byte", async () => {
    const texts = [
      "<script>alert(1)</script> &lt;",
      "'; drop table messages; --",
      "👩‍👩‍👧‍👦 e\u0301 \u202eabc\u202c \u200b",
      "tab\tline\nend",
      "ﷺ".repeat(5000),
    ];
    await append(texts.map((text) => draft(text)));
    expect((await logOf(ground.store)).map(({ body }) => body.text)).toEqual(texts);
  });
}
