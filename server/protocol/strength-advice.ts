/** What zxcvbn says of a password, as far as it matters here; asked without translations, it answers in keys. */
export interface Estimate {
  score: 0 | 1 | 2 | 3 | 4;
  feedback: { warning: string | null; suggestions: string[] };
}

/** The one thing to do next, as a sentence. */
export function adviceFor({ score, feedback }: Estimate): string {
  if (score === 4) return "There is nothing left to do.";
  if (score === 3) return "One more word would make it stronger still.";
  const keys = [feedback.warning ?? "", ...feedback.suggestions];
  const known = keys.find((key) => Object.hasOwn(sentences, key));
  return known === undefined ? anotherWord : sentences[known as keyof typeof sentences];
}

export const tooShort = (missing: number): string =>
  missing === 1 ? "It needs one more character." : `It needs ${missing} more characters.`;

const anotherWord = "Add another word, one that has nothing to do with the rest.";

/** By zxcvbn's keys for what it warns of, and for those suggestions that come without a warning. */
export const sentences = {
  straightRow: "Keys in a row are tried first. Write a few words instead.",
  keyPattern: "Patterns on the keyboard are tried first. Write a few words instead.",
  simpleRepeat: "The same character again and again adds little. Write a few words instead.",
  extendedRepeat: "The same thing again and again adds little. Add different words.",
  sequences: "Rows such as abc or 123 are tried first. Put a word in their place.",
  recentYears: "Years are tried first. Put a word in place of the year.",
  dates: "Dates are tried first. Put a word in place of the date.",
  topTen: "Very many people have this password. Choose another one.",
  topHundred: "Very many people have this password. Choose another one.",
  common: "Many people have this password. Choose another one.",
  similarToCommon: "Many people have a password like this. Start with something else.",
  wordByItself: "One word is not enough. Add two or three others.",
  namesByThemselves: "A name is not enough. Add two or three other words.",
  commonNames: "Names are tried first. Add a word that is not a name.",
  userInputs: "Your name and the names of this chat are tried first. Write other words instead.",
  pwned: "This password was stolen from somebody before. Choose another one.",
  l33t: "Signs in place of letters, such as @ for a, help little. Add another word.",
  reverseWords: "Words written backwards are tried as well. Add another word.",
} as const;
