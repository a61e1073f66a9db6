import { expect, test } from "bun:test";
import type { Message } from "../../../../server/protocol/events.ts";
import { Refusal } from "../../../../server/refusal.ts";
import type { Draft } from "../../../../server/store/messages.ts";
import { firstPlace, type Place } from "../../../../server/store/reactions.ts";
import type { Store } from "../../../../server/store/store.ts";
import { draft, logOf, messageOf, type OpenGround, settle } from "./ground.ts";

/** What people do to messages that are there: replies, edits, reactions, pins. */
export function changeSuite(open: OpenGround): void {
  async function opened() {
    const ground = await open();
    await settle(ground.store, "alice", "bob", "carol");
    return ground;
  }
  const send = async (store: Store, text: string, author = 1, more: Partial<Draft> = {}) =>
    messageOf((await store.messages.append([{ ...draft(text, author), ...more }]))[0]);
  const refusal = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error) => (error instanceof Refusal ? error.code : Promise.reject(error)),
    );
  const edit = (text: string, author = 1) => ({ author, body: { text }, meant: [], at: 70 });
  const found = async (store: Store, seq: number) => (await store.messages.find("group", seq)) as Message;

  test("replies are counted where their thread began, until they are deleted, and read by it", async () => {
    const { store } = await opened();
    await send(store, "root");
    const replies = [];
    for (const text of ["one", "two", "three"])
      replies.push(await send(store, text, 2, { thread: 1, body: { text, replyTo: 1 } }));
    expect(replies[0]).toMatchObject({ thread: 1, body: { text: "one", replyTo: 1 } });
    expect(await found(store, 1)).toMatchObject({ rev: 1, replies: { count: 3, upTo: 4 } });
    await store.messages.remove("group", 3, 60);
    expect(await found(store, 1)).toMatchObject({ rev: 1, replies: { count: 2, upTo: 5 } });
    const page = await store.messages.from("group", 3, 9, { thread: 1 });
    expect(page.messages.map(({ seq, thread, deletedAt }) => [seq, thread, deletedAt])).toEqual([
      [3, 1, 60],
      [4, 1, undefined],
    ]);
    const before = await store.messages.before("group", 4, 1, { thread: 1 });
    expect([before.messages.map(({ seq }) => seq), before.more]).toEqual([[3], true]);
    expect(await store.messages.findAll("group", [4, 1, 99])).toMatchObject([{ seq: 1 }, { seq: 4 }]);
  });

  test("who removes all they wrote takes their replies out of the count, and leaves the threads they began", async () => {
    const { store } = await opened();
    await send(store, "root", 2);
    for (const [text, author] of [
      ["a", 2],
      ["b", 2],
      ["c", 3],
    ] as const)
      await send(store, text, author, { thread: 1, body: { text, replyTo: 1 } });
    const once = {
      ...draft("twice", 3),
      thread: 1,
      body: { text: "twice", replyTo: 1 },
      mentions: { reply: 2 },
    };
    const [stored, again] = (await store.messages.append([once, once])).map(messageOf);
    expect(again).toEqual(stored);
    await store.messages.removeOf(2, 60, 2);
    expect(await found(store, 1)).toMatchObject({ deletedAt: 60, replies: { count: 3, upTo: 7 } });
  });

  test("an edit keeps what is answered, counts once, and is its author's alone", async () => {
    const { store } = await opened();
    await send(store, "root");
    const sent = { ...draft("helo", 2), thread: 1, body: { text: "helo", replyTo: 1 } };
    await store.messages.append([sent]);
    expect(await store.messages.edit("group", 2, edit("hello", 2))).toMatchObject({
      rev: 3,
      body: { text: "hello", replyTo: 1 },
      thread: 1,
      editedAt: 70,
    });
    expect(await store.messages.edit("group", 2, edit("hello", 2))).toBeNull();
    const [again] = await store.messages.append([sent]);
    expect(again).toMatchObject({ kind: "duplicate", message: { rev: 3, editedAt: 70, thread: 1 } });
    expect(await store.messages.isVacuumPending()).toBe(true);
    expect(await refusal(store.messages.edit("group", 2, edit("mine", 1)))).toBe("not_allowed");
    expect(await refusal(store.messages.edit("group", 9, edit("mine", 1)))).toBe("unknown_message");
    expect(await refusal(store.messages.edit("direct:1:2", 1, edit("x")))).toBe("unknown_conversation");
    await store.messages.remove("group", 2, 80);
    expect(await refusal(store.messages.edit("group", 2, edit("back", 2)))).toBe("unknown_message");
    expect((await logOf(store)).map(({ rev }) => rev)).toEqual([1, 4]);
  });

  test("a reaction is one of a kind a person, at most twenty kinds, and goes with its message", async () => {
    const { store } = await opened();
    await send(store, "hello");
    const react = (user: number, emoji: string, on = true) =>
      store.messages.react("group", 1, user, emoji, on);
    await react(1, "👍");
    await react(2, "👍");
    expect(await react(2, "👍")).toBeNull();
    expect(await react(2, "🎉")).toMatchObject({
      rev: 4,
      reactions: [
        { emoji: "👍", people: [1, 2] },
        { emoji: "🎉", people: [2] },
      ],
    });
    await react(1, "👍", false);
    expect(await react(2, "👍", false)).toMatchObject({ reactions: [{ emoji: "🎉", people: [2] }] });
    expect((await react(2, "🎉", false))?.reactions).toBeUndefined();
    for (let kind = 0; kind < 20; kind++) await react(1, String.fromCodePoint(0x1f400 + kind));
    expect(await refusal(react(2, "👍"))).toBe("too_many");
    expect(await react(2, String.fromCodePoint(0x1f400))).not.toBeNull();
    const removed = await store.messages.remove("group", 1, 80);
    expect(Object.keys(removed!)).not.toContain("reactions");
  });

  test("all that somebody reacted with is found a few at a time, and taken back as it is found", async () => {
    const { store } = await opened();
    const { messages } = store;
    for (const text of ["one", "two", "three"]) await send(store, text);
    await send(store, "private", 1, { conversation: "direct:1:2" });
    for (const [seq, user, emoji] of [
      [1, 2, "👍"],
      [1, 3, "👍"],
      [3, 2, "👍"],
      [3, 2, "🎉"],
      [2, 3, "👍"],
    ] as const)
      await messages.react("group", seq, user, emoji, true);
    await messages.react("direct:1:2", 1, 2, "👍", true);
    const places: unknown[] = [];
    for (let after: Place | null = firstPlace; after !== null; ) {
      const { found, next }: Awaited<ReturnType<typeof messages.reactionsOf>> = await messages.reactionsOf(
        2,
        after,
        2,
      );
      places.push(...found.map(({ conversationId, seq, emoji }) => [conversationId, seq, emoji.join("")]));
      after = next;
    }
    expect(places).toEqual([
      ["direct:1:2", 1, "👍"],
      ["group", 1, "👍"],
      ["group", 3, "👍🎉"],
    ]);
    const { changed, next } = await messages.removeReactionsOf(2, firstPlace, 9);
    expect([changed.map(({ conversation, seq, rev }) => [conversation, seq, rev]), next]).toEqual([
      [
        ["direct:1:2", 1, 3],
        ["group", 1, 9],
        ["group", 3, 10],
      ],
      null,
    ]);
    expect(changed.map(({ reactions }) => reactions)).toEqual([
      undefined,
      [{ emoji: "👍", people: [3] }],
      undefined,
    ]);
    expect((await messages.reactionsOf(2, firstPlace, 9)).found).toEqual([]);
  });

  test("a pin says whose it is, is listed, and goes with its message", async () => {
    const { store } = await opened();
    for (const text of ["one", "two", "three"]) await send(store, text);
    const pin = (seq: number, on = true) => store.messages.pin("group", seq, 2, on, 90);
    expect(await pin(1)).toMatchObject({ rev: 4, pinned: { by: 2, at: 90 } });
    expect(await pin(1)).toBeNull();
    await pin(3);
    await pin(2);
    await pin(2, false);
    const pinned = async () =>
      (await store.messages.before("group", null, 9, "pins")).messages.map(({ seq }) => seq);
    expect(await pinned()).toEqual([1, 3]);
    await store.messages.remove("group", 3, 95);
    expect(await pinned()).toEqual([1]);
    expect(await refusal(pin(3))).toBe("unknown_message");
  });

  test("whom a message means is written down with it, written anew with an edit, and gone with the message", async () => {
    const { store } = await opened();
    const mentions = { people: [2] };
    const meant = [
      { user: 2, cause: "name" as const },
      { user: 3, cause: "reply" as const },
    ];
    expect(await send(store, "@bob", 1, { mentions, meant })).toMatchObject({ mentions });
    const counts = async () => {
      const counted = [];
      for (const user of [1, 2, 3]) counted.push((await store.conversations.of(user))[0]!.mentions);
      return counted;
    };
    expect(await counts()).toEqual([0, 1, 1]);
    await store.messages.edit("group", 1, { ...edit("@carol"), meant: [{ user: 3, cause: "name" }] });
    expect(await counts()).toEqual([0, 0, 1]);
    await store.messages.remove("group", 1, 80);
    expect(await counts()).toEqual([0, 0, 0]);
  });

  test("nothing is written or changed where a room is put away, and only by who looks after it where it is for reading", async () => {
    const { store, run } = await opened();
    await send(store, "before");
    await run("update conversations set is_for_reading = 1 where id = 'group'");
    const [outcome] = await store.messages.append([draft("no")]);
    expect(outcome).toEqual({ kind: "refused", code: "read_only" });
    await run("update memberships set is_owner = 1 where user_id = 2");
    await run("update users set role = 'moderator' where id = 3");
    for (const author of [2, 3]) await send(store, "yes", author);
    await run("update conversations set archived_at = 5 where id = 'group'");
    expect((await store.messages.append([draft("no", 2)]))[0]).toMatchObject({ code: "archived" });
    for (const work of [
      () => store.messages.edit("group", 1, edit("no")),
      () => store.messages.react("group", 1, 1, "👍", true),
      () => store.messages.pin("group", 1, 1, true, 5),
    ])
      expect(await refusal(work())).toBe("archived");
  });
}
