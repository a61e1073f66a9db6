import { callsEveryone, callsOnline, withoutCode } from "../../server/protocol/mentions.ts";
import type { NamedPerson } from "./people.svelte.ts";
import { type Draft, type Edit, isInFence } from "./writing-keys.ts";

/** What is being written before the caret, from its `@` or `:` on. */
export interface Begun {
  kind: "person" | "emoji";
  from: number;
  to: number;
  /** Without its sign. */
  typed: string;
}

/** As mentions are found, and from two letters of an emoji: a colon and a bracket are a smile. */
const begins = [
  ["person", /(?<![\w.@/-])@([\w.-]{0,20})$/],
  ["emoji", /(?<![\w:]):([\w+-]{2,40})$/],
] as const;
const named = /(?<![\w:]):([\w+-]{1,40}):$/;
/** No name is longer. */
const longest = 50;
const most = 20;

/** What could be completed at the caret; null within a word, in code, and where text is selected. */
export function begunAt({ text, start, end }: Draft): Begun | null {
  if (start !== end || /^\w/.test(text.slice(end, end + 1))) return null;
  const before = text.slice(Math.max(0, start - longest), start);
  for (const [kind, pattern] of begins) {
    const typed = pattern.exec(before)?.[1];
    if (typed === undefined) continue;
    const from = start - typed.length - 1;
    return isInCode(text, from) ? null : { kind, from, to: start, typed };
  }
  return null;
}

/** The emoji's name that stands before the caret between two colons; null where none does. */
export function namedAt({ text, start, end }: Draft): Begun | null {
  const typed = named.exec(text.slice(Math.max(0, start - longest), start))?.[1];
  if (typed === undefined || start !== end) return null;
  const from = start - typed.length - 2;
  return isInCode(text, from) ? null : { kind: "emoji", from, to: start, typed };
}

/** Puts a word in the place of what was begun, and the caret behind the space that follows it. */
export function completed({ from, to }: Begun, text: string, word: string): Edit {
  const caret = from + word.length + 1;
  return { from, to: text[to] === " " ? to + 1 : to, insert: `${word} `, start: caret, end: caret };
}

/**
 * Whom a name that was begun may call: people whose names begin so before those that have it within, who is online before who
 * is not; then everybody and who is online, where `callsAll`.
 */
export function fitting<Someone extends NamedPerson & { online: boolean }>(
  typed: string,
  people: readonly Someone[],
  callsAll: boolean,
): (Someone | typeof callsEveryone | typeof callsOnline)[] {
  const sought = typed.toLowerCase();
  const rank = ({ name, online }: Someone) =>
    (name.toLowerCase().startsWith(sought) ? 0 : 2) + (online ? 0 : 1);
  const found = people.filter(({ name }) => name.toLowerCase().includes(sought));
  const calls = [callsEveryone, callsOnline] as const;
  return [
    ...found.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name)).slice(0, most),
    ...(callsAll ? calls.filter((call) => call.startsWith(sought)) : []),
  ];
}

/** Also in code whose end is still to be written. */
function isInCode(text: string, at: number): boolean {
  const bare = withoutCode(text);
  return (
    bare[at] === " " || isInFence(text, at) || bare.slice(bare.lastIndexOf("\n", at) + 1, at).includes("`")
  );
}
