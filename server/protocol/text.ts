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

/**
 * What can be seen: neither white space nor a character that only shapes others, such as a joiner. No class of Unicode has the
 * last five: signs of scripts whose form is nothing, as the Braille cell without a dot.
 */
const visible = /[^\s\p{Default_Ignorable_Code_Point}\p{Cf}\u2800\u{13441}\u{13442}\u{16fe4}\u{1d159}]/u;

/** What a person writes: any script, tabs and line breaks, no other control characters, and something to see. */
export const messageText = v.pipe(
  wellFormed,
  v.check((text) => fits(text, limits.messageMaxBytes), "message_too_large"),
  v.check((text) => !control.test(text), "must not contain control characters"),
  v.check((text) => visible.test(text), "must not be empty"),
);

/** A line that somebody writes as a name or a reason: no line breaks, no control characters, no marks of direction. */
const line = v.pipe(
  wellFormed,
  v.transform((text) => text.trim()),
  v.check((text) => !control.test(text) && !/[\t\n\u2028\u2029]/.test(text), "must be a single line"),
  v.check((text) => !/\p{Bidi_Control}/u.test(text), "must not contain marks of direction"),
);

/** A line of at most `max` characters, which may be empty. */
export const optionalLine = (max: number) =>
  v.pipe(
    line,
    v.check((text) => [...text].length <= max, `must have at most ${max} characters`),
  );

/** The same with something to see in it. */
export const requiredLine = (max: number) =>
  v.pipe(
    optionalLine(max),
    v.check((text) => visible.test(text), "must not be empty"),
  );

/** A text of several lines and at most `max` characters, which may be empty. */
export const optionalText = (max: number) =>
  v.pipe(
    wellFormed,
    v.transform((text) => text.trim()),
    v.check((text) => !control.test(text), "must not contain control characters"),
    v.check((text) => [...text].length <= max, `must have at most ${max} characters`),
  );

/** What the chat is called: one line. */
export const chatName = requiredLine(limits.chatNameMax);

/**
 * What a sign of a name looks like. The first four are all that confusables.txt of UTS 39 (Unicode 16.0.0) has of the signs that
 * names may have: 0 and O, 1 and l, I and l, m and rn. Case makes no difference here, so i is one with I, and w is often taken for vv.
 */
const prototypes: Record<string, string> = {
  "0": "o",
  "1": "l",
  i: "l",
  m: "rn",
  w: "vv",
  ".": "",
  _: "",
  "-": "",
};

/**
 * What names that look alike have in common: their skeleton after https://www.unicode.org/reports/tr39/#Confusable_Detection, in
 * lower case and without the signs between letters. The migrations compute the same in SQL.
 */
export const skeletonOf = (name: string): string =>
  name.toLowerCase().replace(/[01imw._-]/g, (sign) => prototypes[sign]!);

/** A user name: 3 to 20 of letters, digits, dot, underscore, hyphen; so no control, bidi or look-alike characters. */
export const userName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9._-]{3,20}$/, "must be 3 to 20 letters, digits, dots, underscores or hyphens"),
  v.regex(/[A-Za-z0-9]/, "must have a letter or digit"),
);

/**
 * The form in which passwords count (NIST SP 800-63B-4, 3.1.1.2): keyboards write the same accent, or the same digit, in more than
 * one way.
 */
export const normalForm = (text: string): string => text.normalize("NFKC");

/**
 * What may be longer than a password only as it is typed: no sign has more than four times the bytes of its normal form. It is asked
 * before that is made, whose work grows with the square of how many marks stand on one letter.
 */
const mayBePassword = v.check(
  (text: string) => fits(text, 4 * limits.passwordMaxBytes),
  "must have at most 256 bytes",
);

/** A password to be, in its normal form: at least 8 characters, at most 256 bytes, every one of which counts. */
export const newPassword = v.pipe(
  wellFormed,
  mayBePassword,
  v.transform(normalForm),
  v.check((text) => [...text].length >= limits.passwordMin, "must have at least 8 characters"),
  v.check((text) => fits(text, limits.passwordMaxBytes), "must have at most 256 bytes"),
);

/**
 * A password to be checked, as it was typed: only bounded, since what was never a valid password simply does not match. One from
 * before counts as it was typed, so that either form may be the one that fits.
 */
export const givenPassword = v.pipe(
  wellFormed,
  mayBePassword,
  v.check(
    (text) => [text, normalForm(text)].some((form) => fits(form, limits.passwordMaxBytes)),
    "must have at most 256 bytes",
  ),
);
