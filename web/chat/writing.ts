import * as v from "valibot";
import { limits } from "../../server/protocol/limits.ts";
import { byteLength, messageText } from "../../server/protocol/text.ts";
import type { Subject } from "./message-actions.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: pasted text may hold what no message can
const unwritable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * The text to send: without empty lines around it, and without characters that no message can have. Empty when nothing of it is
 * visible.
 */
export function tidy(text: string): string {
  const tidied = text
    .replace(/\r\n?/g, "\n")
    .replace(unwritable, "")
    .toWellFormed()
    .replace(/^\s*\n/, "")
    .trimEnd();
  return byteLength(tidied) > limits.messageMaxBytes || v.is(messageText, tidied) ? tidied : "";
}

/** Why a text cannot be sent where a message may have `most` bytes; null when it can. */
export function faultOf(text: string, most: number): string | null {
  const over = byteLength(text) / most;
  if (over <= 1) return null;
  return `This is ${over < 1.5 ? "a little" : `about ${Math.round(over)} times`} too long for one message. Please shorten or split it.`;
}

/** How many bytes are left for a text, below 0 when it is too long; null while there is plenty. */
export function roomLeft(text: string, most: number): number | null {
  const left = most - byteLength(text);
  return left < Math.min(Math.max(most / 5, 20), 500) ? left : null;
}

/** What a message that is begun has to do with another one: it answers it, or will take its place. */
export interface About {
  kind: "reply" | "edit";
  subject: Subject;
  /** What was in the composer before. */
  begun: string;
  /** What a message that is being changed says so far. */
  changed?: string;
}

/** What was kept of that with a draft; null for nothing, and for what cannot be read. */
export function begunAbout(kept: string): About | null {
  try {
    return kept === "" ? null : JSON.parse(kept);
  } catch {
    return null; // Two that were kept became one when they were moved, and neither holds.
  }
}

/** The text of a message that comes back, and below it what has been begun meanwhile. */
export const withBegun = (back: string, begun: string): string =>
  tidy(begun) ? `${back}\n\n${begun}` : back;
