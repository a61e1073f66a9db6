import { describe, expect, test } from "bun:test";
import { EmojiChoices } from "../../../web/chat/emoji/emoji-choices.svelte.ts";
import { emojiGroups, emojiNamed, emojiOf, searchEmoji, toned } from "../../../web/chat/emoji/emoji-list.ts";
import { gridStep } from "../../../web/chat/emoji/grid.ts";
import { Reacting, whoReacted } from "../../../web/chat/reacting.svelte.ts";
import { originStorage } from "../../../web/transport/storage.ts";
import { FakeBrowser } from "../fakes/browser.ts";

const all = emojiGroups.flatMap(({ emoji }) => emoji);

test("every emoji of the list, in every skin, is one that the server takes as a reaction", () => {
  const every = all.flatMap((one) => (one.hasTones ? [one.emoji, toned(one, "🏽")] : [one.emoji]));
  expect(every.length).toBeGreaterThan(2_000);
  expect(every.filter((emoji) => !/^\p{RGI_Emoji}$/v.test(emoji))).toEqual([]);
});

test.each([
  ["grinning", "😀"],
  ["thumbsup", "👍"],
  ["+1", "👍"],
  ["birthday cake", "🎂"],
  ["pizz", "🍕"],
  ["lol", "😄"],
])("who types %p finds %p first among those that fit best", (typed, emoji) => {
  expect(
    searchEmoji(typed)
      .slice(0, 6)
      .map((one) => one.emoji),
  ).toContain(emoji);
});

test("a recent emoji comes before others that fit as well, in whatever skin it was used", () => {
  expect(searchEmoji("thumb")[0]!.emoji).toBe("👍");
  expect(searchEmoji("thumb", ["👎🏿"])[0]!.emoji).toBe("👎");
  expect(searchEmoji("no such emoji at all")).toEqual([]);
  expect(emojiOf("👩🏽‍❤️‍👨🏽")?.label).toBe("couple with heart: woman, man");
  expect(emojiNamed("Tada")?.emoji).toBe("🎉");
});

test.each<[key: string, at: number, to: number | null]>([
  ["ArrowRight", 0, 1],
  ["ArrowLeft", 0, 0],
  ["ArrowRight", 8, 8],
  ["ArrowDown", 1, 4],
  ["ArrowDown", 2, 4],
  ["ArrowDown", 4, 6],
  ["ArrowDown", 7, 8],
  ["ArrowDown", 8, 8],
  ["ArrowUp", 6, 4],
  ["ArrowUp", 2, null],
  ["Home", 7, 5],
  ["End", 5, 7],
])("in parts of five and four, three in a row, %s leads from %d to %p", (key, at, to) => {
  expect(gridStep([5, 4], 3, at, key)).toBe(to);
});

test("recent emoji and the skin are kept for each account, and what the browser kept of anything else is not believed", () => {
  const { storage: kept } = new FakeBrowser().openTab();
  const storage = originStorage(() => kept);
  const first = new EmojiChoices(storage, { id: 1, name: "alice" });
  expect(first.quick).toHaveLength(6);
  for (const emoji of ["🍕", "🎉", "🍕"]) first.use(emoji);
  first.choose("🏽");
  const again = new EmojiChoices(storage, { id: 1, name: "alice" });
  expect([again.recent, again.tone]).toEqual([["🍕", "🎉"], "🏽"]);
  expect(again.quick.slice(0, 3)).toEqual(["🍕", "🎉", "👍"]);
  expect(new EmojiChoices(storage, { id: 2, name: "bob" }).recent).toEqual([]);
  again.forget();
  expect(new EmojiChoices(storage, { id: 1, name: "alice" }).recent).toEqual([]);
  storage.write("secure-chat.emoji/1/alice", '{"recent":7}');
  expect(new EmojiChoices(storage, { id: 1, name: "alice" }).recent).toEqual([]);
});

describe("reacting", () => {
  const place = { conversation: "group" as const, seq: 4 };
  const reactions = [{ emoji: "🎉", people: [2] }];

  test("shows what was pressed until the server has answered, and then what the server says", async () => {
    const answers: { yes(): void; no(error: Error): void }[] = [];
    const reacting = new Reacting({
      me: 1,
      request: () => new Promise<void>((yes, no) => void answers.push({ yes, no })),
    });
    const shown = () => reacting.shown({ ...place, reactions });
    const added = reacting.react(place, "🎉", true);
    const other = reacting.react(place, "🍕", true);
    expect(shown()).toEqual([
      { emoji: "🎉", people: [2, 1] },
      { emoji: "🍕", people: [1] },
    ]);
    await reacting.react(place, "🎉", false);
    expect(answers).toHaveLength(2);
    answers[1]!.no(new Error("too many"));
    expect(await other.catch(String)).toBe("Error: too many");
    answers[0]!.yes();
    await added;
    expect(shown()).toEqual(reactions);
    expect(reacting.shown({ ...place, seq: 5 })).toEqual([]);
  });

  test.each([
    [[1], "You"],
    [[2, 1], "You and B"],
    [[1, 2, 3], "You, B and C"],
    [[2, 3, 4, 5, 6, 7, 8, 9, 10], "B, C, D, E, F, G, H, I and J"],
    [[2, 3, 4, 5, 6, 7, 8, 9, 10, 1], "You, B, C, D, E, F, G, H and 2 others"],
  ])("%p reads as %p", (people, words) => {
    expect(whoReacted(people, 1, (id) => String.fromCharCode(64 + id))).toBe(words);
  });
});
