import { drawn } from "./drawn.ts";
import list from "./emoji.json";

export interface Emoji {
  emoji: string;
  /** What stands between colons. */
  names: string[];
  label: string;
  tags: string;
  /** Whether it shows somebody's skin. */
  hasTones: boolean;
}

export interface EmojiGroup {
  name: string;
  emoji: Emoji[];
}

/** All that this device draws, in the order of Unicode. */
export const emojiGroups: EmojiGroup[] = Object.entries(list).map(([name, lines]) => ({
  name,
  emoji: lines.flatMap((line) => {
    const [emoji, names, label, tags, version, tones] = line.split("|") as [string, ...string[]];
    const one = { emoji, names: names!.split(" "), label: label!, tags: tags!, hasTones: tones === "t" };
    return drawn(emoji, Number(version)) ? [one] : [];
  }),
}));

const all = emojiGroups.flatMap(({ emoji }) => emoji);
const byName = new Map(all.flatMap((one) => one.names.map((name) => [name, one] as const)));
const byEmoji = new Map(all.map((one) => [one.emoji, one]));

/** The skin tones of Unicode, the lightest first. */
export const tones = ["🏻", "🏼", "🏽", "🏾", "🏿"];

/** The emoji with this skin, for everybody in it; a tone of "" leaves it as it is (https://www.unicode.org/reports/tr51/#Emoji_Modifiers). */
export const toned = ({ emoji, hasTones }: Emoji, tone: string): string =>
  hasTones && tone ? emoji.replace(/((?!🤝\u200D)\p{Emoji_Modifier_Base})\uFE0F?/gu, `$1${tone}`) : emoji;

export const emojiNamed = (name: string): Emoji | null => byName.get(name.toLowerCase()) ?? null;

/** What is known of an emoji, whatever its skin. */
export const emojiOf = (emoji: string): Emoji | null => {
  const bare = emoji.replace(/\p{Emoji_Modifier}/gu, "");
  return byEmoji.get(emoji) ?? byEmoji.get(bare) ?? byEmoji.get(`${bare}\uFE0F`) ?? null;
};

/** The emoji that fit what was typed, the best first: by name, then by words about them; `recent` ones before others as good. */
export function searchEmoji(typed: string, recent: readonly string[] = []): Emoji[] {
  const words = typed.toLowerCase().replaceAll(/[_:]/g, " ").trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const used = new Set(recent.map((emoji) => emojiOf(emoji)));
  return all
    .flatMap((one) => {
      const fit = Math.max(...words.map((word) => fitOf(one, word, words.join("_"))));
      return fit < unfit ? [{ one, rank: fit - (used.has(one) ? 0.5 : 0) }] : [];
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one);
}

const unfit = 5;

/** How well a word fits, 0 being best. */
function fitOf({ names, label, tags }: Emoji, word: string, whole: string): number {
  if (names.includes(whole)) return 0;
  if (names.some((name) => name.startsWith(whole))) return 1;
  if (` ${label} ${names.join(" ").replaceAll("_", " ")}`.toLowerCase().includes(` ${word}`)) return 2;
  if (` ${tags}`.toLowerCase().includes(` ${word}`)) return 3;
  return names.some((name) => name.includes(word)) ? 4 : unfit;
}
