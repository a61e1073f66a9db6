import { limits } from "./limits.ts";
import { adviceFor, type Estimate, sentences, tooShort } from "./strength-advice.ts";
import { normalForm } from "./text.ts";

/** What is thought of a password, and what to do next. */
export interface Verdict {
  /** Five steps, from very weak to strong. */
  level: Estimate["score"];
  /** Whether the server takes it, as far as an estimate can tell. */
  enough: boolean;
  /** One sentence. */
  advice: string;
}

/** A password to be judged, with the names that whoever attacks this server knows. */
export interface Judged {
  password: string;
  names: readonly string[];
}

/** The names of the five steps. */
export const levelNames = ["Very weak", "Weak", "Nearly there", "Good", "Strong"] as const;

/** From 10^8 guesses on: "safely unguessable" in the words of zxcvbn. */
const levelNeeded = 3;

/**
 * How both sides ask zxcvbn, whose work grows with the square of the length and with every substitution of letters by
 * signs. What stands behind the hundredth character is not read: it can only make a password stronger.
 */
export const estimatorSettings = { maxLength: 100, l33tMaxSubstitutions: 20 };

/** Names that are known wherever this program runs. */
const alwaysKnown = ["secure-chat"];
/** Shorter words stand in too many others to tell anything. */
const wordMin = 3;
/** Less than this beside the words that are known is no password of its own. */
const remainderMin = 4;

/** Judges a password; `estimate` is zxcvbn, which takes the password and the words that count as known. */
export function judge(
  { password: given, names }: Judged,
  estimate: (password: string, words: string[]) => Estimate,
): Verdict {
  const password = normalForm(given);
  const words = contextWords(names);
  const early = tooFew(password) ?? tooKnown(password, words);
  if (early) return early;
  const whole = estimate(password, words);
  const once = withoutRepeats(password);
  const parts = once === password ? whole : estimate(once, words);
  const repeats = parts.score < whole.score;
  const level = repeats ? parts.score : whole.score;
  const enough = level >= levelNeeded;
  return {
    level,
    enough,
    advice: repeats && !enough ? sentences.extendedRepeat : adviceFor({ ...whole, score: level }),
  };
}

/** Each word once: zxcvbn sees a repetition only where nothing stands between. */
function withoutRepeats(password: string): string {
  const words = password.split(/[\s!,._-]+/);
  const distinct = new Map(words.map((word) => [plain(word), word]));
  return distinct.size === words.length ? password : [...distinct.values()].join(" ");
}

/** The verdict on a password that is too short for any other; null for one that is long enough. */
export function tooFew(password: string): Verdict | null {
  const missing = limits.passwordMin - [...normalForm(password)].length;
  return missing > 0 ? { level: 0, enough: false, advice: tooShort(missing) } : null;
}

/** Names, the program's own among them, in whole, in one piece and in pieces; the longest first. */
export function contextWords(names: readonly string[]): string[] {
  const words = [...alwaysKnown, ...names].map(plain).flatMap((name) => {
    const pieces = name.split(/[^\p{L}\p{N}]+/u);
    return [name, pieces.join(""), ...pieces.filter((piece) => !/^\d+$/.test(piece))];
  });
  return [...new Set(words)].filter((word) => word.length >= wordMin).sort((a, b) => b.length - a.length);
}

/** The verdict on a password with hardly anything in it but the words; null for one that has more. */
function tooKnown(password: string, words: readonly string[]): Verdict | null {
  const text = plain(password);
  const rest = words.reduce((left, word) => left.replaceAll(word, ""), text);
  const isMade = rest !== text && [...rest.replace(/[\s!,._-]/g, "")].length < remainderMin;
  return isMade ? { level: 0, enough: false, advice: sentences.userInputs } : null;
}

const plain = (text: string): string => normalForm(text).toLowerCase().trim();
