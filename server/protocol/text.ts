import * as v from "valibot";
import { limits } from "./limits.ts";

const encoder = new TextEncoder();

/** The size of a text on the wire, in bytes of UTF-8. */
export const byteLength = (text: string): number => encoder.encode(text).byteLength;

/** True when the text has at most `max` bytes; measures only where the cheap bounds cannot tell. */
const fits = (text: string, max: number): boolean =>
  text.length * 3 <= max || (text.length <= max && byteLength(text) <= max);

/** Any string that UTF-8 can carry: a lone surrogate cannot be stored as it was written, so it is refused. */
const wellFormed = v.pipe(
  v.string(),
  v.check((text) => text.isWellFormed(), "must be well-formed Unicode"),
);

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** What can be seen: neither white space nor a character that only shapes others, such as a joiner. */
const visible = /[^\s\p{Default_Ignorable_Code_Point}]/u;

/** What a person writes: any script, tabs and line breaks, no other control characters, and something to see. */
export const messageText = v.pipe(
  wellFormed,
  v.check((text) => fits(text, limits.messageMaxBytes), "message_too_large"),
  v.check((text) => !control.test(text), "must not contain control characters"),
  v.check((text) => visible.test(text), "must not be empty"),
);

/** A user name: 3 to 20 of letters, digits, dot, underscore, hyphen; so no control, bidi or look-alike characters. */
export const userName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9._-]{3,20}$/, "must be 3 to 20 letters, digits, dots, underscores or hyphens"),
);

/** A password to be: at least 8 characters, at most 256 bytes, every one of which counts. */
export const newPassword = v.pipe(
  wellFormed,
  v.check((text) => [...text].length >= limits.passwordMin, "must have at least 8 characters"),
  v.check((text) => fits(text, limits.passwordMaxBytes), "must have at most 256 bytes"),
);

/** A password to be checked: only bounded, since what was never a valid password simply does not match. */
export const givenPassword = v.pipe(
  wellFormed,
  v.check((text) => fits(text, limits.passwordMaxBytes), "must have at most 256 bytes"),
);
