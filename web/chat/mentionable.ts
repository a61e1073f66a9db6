import { getContext, setContext } from "svelte";

/** The people whom a text can mention. */
export interface Mentionable {
  /** Names are taken in lower case. */
  idOf(name: string): number | null;
  isMe(id: number): boolean;
  /** Where one writes to somebody. */
  pathTo(id: number): string;
}

export const mentionableKey = Symbol("mentionable");

export const setMentionable = (people: Mentionable): Mentionable => setContext(mentionableKey, people);

/** Nobody, where a message stands outside the chat. */
export const mentionable = (): Mentionable => getContext<Mentionable | undefined>(mentionableKey) ?? nobody;

const nobody: Mentionable = { idOf: () => null, isMe: () => false, pathTo: () => "" };
