import { limits } from "../../server/protocol/limits.ts";
import { byteLength } from "../../server/protocol/text.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: pasted text may hold what no message can
const unwritable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** What is sent of what was written: without empty lines around it, and without what no message can hold. */
export const tidy = (text: string): string =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(unwritable, "")
    .toWellFormed()
    .replace(/^(\s*\n)+|\s+$/g, "");

/** Why a text cannot be sent as it is; null when it can. */
export function faultOf(text: string): string | null {
  const over = byteLength(text) / limits.messageMaxBytes;
  if (over <= 1) return null;
  return `This is ${over < 1.5 ? "a little" : `about ${Math.round(over)} times`} too long for one message. Please shorten or split it.`;
}
