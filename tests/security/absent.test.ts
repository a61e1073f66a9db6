import { describe, expect, test } from "bun:test";
import { readBar } from "../../scripts/security/bar.ts";
import { isProduct, sources, textOf } from "../support/sources.ts";

/** What would have to be written for a thing to be there that the bar says is not. */
const signs: [what: string, sign: RegExp][] = [
  [
    "There are no files",
    /type="file"|FileReader|showOpenFilePicker|\bFormData\b|multipart|parseBody|\.formData\(|\.arrayBuffer\(\)|ondrop=|getAsFile/,
  ],
  ["No key is made from a password", /\bpbkdf2|\bscrypt|\bargon2|PBKDF2/i],
];

describe("what the security bar says is not there, is not", () => {
  test("and each reason is one of these", async () => {
    const { items } = await readBar();
    const reasons = new Set(items.flatMap(({ absent }) => absent ?? []));
    expect(reasons.size).toBe(signs.length);
  });

  for (const [what, sign] of signs) {
    test(what, () => {
      expect(sources.filter((path) => isProduct(path) && sign.test(textOf.get(path)!))).toEqual([]);
    });
  }
});
