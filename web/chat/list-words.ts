import type { Latest } from "./conversation.svelte.ts";
import { plainText } from "./plain-text.ts";
import { lineWords } from "./rooms/line-words.ts";

/** What stands before the last line, set apart from it: who said it, or that it is one's own draft. */
export interface LastLine {
  lead: string;
  text: string;
}

interface Said {
  latest: Latest | null;
  /** What was begun there and not sent; empty where nothing was. */
  draft: string;
  me: number;
  /** Whether there are only two, so that it need not be said which of them spoke. */
  isDirect: boolean;
  nameOf(id: number): string;
}

/** What a list of conversations says of one below its name; null where nothing was said yet. */
export function lastLine({ latest, draft, me, isDirect, nameOf }: Said): LastLine | null {
  const begun = plainText(draft);
  if (begun) return { lead: "Draft: ", text: begun };
  if (!latest) return null;
  const { author, text, line, deleted } = latest;
  if (line) return { lead: "", text: lineWords(line, author, nameOf) };
  const lead = author === me ? "You: " : isDirect ? "" : `${nameOf(author)}: `;
  return { lead, text: deleted ? "Message deleted" : plainText(text) };
}

/** Names as a title: all of up to three, otherwise two and how many more. */
export function namesInShort(names: readonly string[]): string {
  if (names.length === 0) return "Only you";
  const [shown, more] = names.length > 3 ? [names.slice(0, 2), names.length - 2] : [names, 0];
  return more ? `${shown.join(", ")} and ${more} others` : shown.join(", ");
}
