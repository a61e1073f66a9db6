import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Cuts the list of emoji from emojibase-data (MIT). The package has 49 MB, so it is no dependency: it is fetched into a temporary
 * folder whenever the list is made anew, and the list is committed.
 */
const version = "17.0.0";
const target = new URL("../web/chat/emoji/emoji.json", import.meta.url).pathname;

const groups: Record<number, string> = {
  0: "Smileys",
  1: "People",
  3: "Nature",
  4: "Food",
  5: "Travel",
  6: "Activities",
  7: "Objects",
  8: "Symbols",
  9: "Flags",
};

type Names = Record<string, string | string[]>;

interface Source {
  emoji: string;
  hexcode: string;
  label: string;
  tags?: string[];
  group?: number;
  order?: number;
  version: number;
  skins?: { emoji: string }[];
}

const folder = await mkdtemp(join(tmpdir(), "emoji-"));
try {
  await writeFile(join(folder, "package.json"), "{}");
  await Bun.$`bun add emojibase-data@${version}`.cwd(folder).quiet();
  const read = (path: string) => Bun.file(join(folder, "node_modules/emojibase-data/en", path)).json();
  const [all, names, others] = (await Promise.all([
    read("data.json"),
    read("shortcodes/emojibase.json"),
    read("shortcodes/github.json"),
  ])) as [Source[], Names, Names];
  const list = Object.fromEntries(Object.values(groups).map((name) => [name, [] as string[]]));
  for (const one of all.toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0))) {
    const group = groups[one.group ?? -1];
    if (group === undefined) continue;
    const called = new Set([names[one.hexcode], others[one.hexcode]].flat().filter(Boolean));
    const cells = [recommended(one.emoji), [...called].join(" "), one.label, (one.tags ?? []).join(" ")];
    list[group]!.push([...cells, one.version, one.skins ? "t" : ""].join("|"));
  }
  await writeFile(target, `${JSON.stringify(list, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true });
}

/** The form that Unicode recommends: without a selector for colours where it has colours by itself. */
function recommended(emoji: string): string {
  const bare = emoji.replace(/\uFE0F$/, "");
  return /^\p{RGI_Emoji}$/v.test(bare) ? bare : emoji;
}
