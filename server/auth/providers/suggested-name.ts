import { isReserved } from "../../accounts/names.ts";

const nameMin = 3;
const nameMax = 20;

/** Letters that Unicode does not take apart into a plain one and a mark. */
const plain: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  Æ: "Ae",
  œ: "oe",
  Œ: "Oe",
  ø: "o",
  Ø: "O",
  ł: "l",
  Ł: "L",
  đ: "d",
  Đ: "D",
  ı: "i",
};

/** The first of what a provider calls somebody that can be made a name that may be given here; null where none can. */
export function suggestedName(called: readonly unknown[]): string | null {
  for (const text of called) {
    if (typeof text !== "string") continue;
    const name = text
      .slice(0, 200)
      // What some call a user name is an address of mail.
      .replace(/@.*/s, "")
      .replace(/[^\0-\x7f]/g, (letter) => plain[letter] ?? letter)
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .trim()
      .replace(/\s+/g, ".")
      .replace(/[^A-Za-z0-9._-]/g, "")
      .replace(/^[._-]+/, "")
      .slice(0, nameMax)
      .replace(/[._-]+$/, "");
    if (name.length >= nameMin && !isReserved(name)) return name;
  }
  return null;
}
