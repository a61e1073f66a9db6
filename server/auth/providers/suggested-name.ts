import { isReserved } from "../../accounts/names.ts";

const nameMin = 3;
const nameMax = 20;

/** Letters that Unicode does not decompose into a plain letter and a mark. */
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

/** Makes a valid name of the first of a provider's names for somebody that allows it; null where none does. */
export function suggestedName(called: readonly unknown[]): string | null {
  for (const text of called) {
    if (typeof text !== "string") continue;
    const name = text
      .slice(0, 200)
      // Some providers give a mail address as the user name.
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
