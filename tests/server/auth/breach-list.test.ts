import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openBreachList } from "../../../server/auth/breach-list.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { outcomeOf } from "../../support/outcome.ts";

const folder = temporaryFolder();
let files = 0;
function fileOf(content: string | Uint8Array): string {
  const path = join(folder, `${++files}.txt`);
  writeFileSync(path, content);
  return path;
}
const sha1 = (text: string) => createHash("sha1").update(text).digest("hex");
const some = ["tulip sofa winter", "pässwörter", "  spaces  ", "a:3"];

const forms: [string, (passwords: string[]) => string][] = [
  ["passwords, one a line", (all) => all.join("\n")],
  ["passwords with the line ends of Windows and empty lines", (all) => `\r\n${all.join("\r\n\r\n")}\r\n`],
  ["hashes in lower case", (all) => all.map(sha1).join("\n")],
  [
    "hashes in upper case with counts, not sorted",
    (all) =>
      all
        .map((each, at) => `${sha1(each).toUpperCase()}:${at}\n`)
        .toReversed()
        .join(""),
  ],
];
describe("ASVS 6.2.12 a list may be of", () => {
  for (const [form, written] of forms)
    test(form, async () => {
      const list = await openBreachList(fileOf(written(some)));
      for (const password of some) expect(await list.has(password)).toBe(true);
      for (const password of ["Tulip sofa winter", "spaces", "a", "", sha1("a:3")])
        expect(await list.has(password)).toBe(false);
    });

  // Above what is held in memory: 300,000 lines of different lengths.
  const many = Array.from({ length: 300_000 }, (_, at) => sha1(`stolen ${at}`)).sort();
  for (const [form, end, written] of [
    [
      "sorted hashes far larger than is held in memory",
      "\n",
      many.map((hash, at) => `${hash.toUpperCase()}:${at}`),
    ],
    ["the same in lower case, with the line ends of Windows, and without counts", "\r\n", many],
  ] as const)
    test(form, async () => {
      const list = await openBreachList(fileOf(written.join(end)));
      for (let at = 0; at < 300_000; at += 997) expect(await list.has(`stolen ${at}`)).toBe(true);
      for (let at = 0; at < 300; at++) expect(await list.has(`mine ${at}`)).toBe(false);
    });

  test("sorted hashes, the first and the last of which are found as well", async () => {
    const { hasHash } = await import("../../../server/auth/sorted-hashes.ts");
    for (const end of ["", "\n"]) {
      const path = fileOf(many.join("\n") + end);
      for (const hash of [...many.slice(0, 3), ...many.slice(-3)])
        expect(await hasHash(path, hash.toUpperCase())).toBe(true);
      for (const hash of ["0".repeat(40), "F".repeat(40)]) expect(await hasHash(path, hash)).toBe(false);
    }
  });

  test("what is found is asked of the file, which stays on the disk", async () => {
    const path = fileOf(many.join("\n"));
    const list = await openBreachList(path);
    expect(await list.has("stolen 5")).toBe(true);
    rmSync(path);
    expect(await outcomeOf(list.has("stolen 5"))).toThrow("ENOENT");
  });
});

describe("a file that is no such list is told at the start", () => {
  const large = 10_000_001;
  const hashes = (size: number) => Array.from({ length: size }, (_, at) => sha1(`${at}`));
  mkdirSync(join(folder, "folder"));
  const wrong: [string, () => string, string][] = [
    ["that is not there", () => join(folder, "none.txt"), "there is no such file"],
    ["that is a folder", () => join(folder, "folder"), "is not a file"],
    ["that is empty", () => fileOf("\n\n"), "has no password in it"],
    ["that is packed", () => fileOf(gzipSync(hashes(3000).join("\n"))), "is not a text"],
    [
      "of NTLM hashes",
      () =>
        fileOf(
          hashes(9)
            .map((hash) => hash.slice(8))
            .join("\n"),
        ),
      "another kind",
    ],
    [
      "of the ends of hashes",
      () =>
        fileOf(
          hashes(9)
            .map((hash) => `${hash.slice(5)}:1`)
            .join("\n"),
        ),
      "another kind",
    ],
    [
      "that goes on as something else",
      () => fileOf(`${hashes(3000).join("\n")}\npassword`),
      "goes on with something else",
    ],
    ["of passwords, too many to hold", () => fileOf("password\n".repeat(large / 9 + 1)), "above 10 MB"],
    [
      "of hashes, too many to hold and not sorted",
      () => fileOf(hashes(300_000).join("\n")),
      "has to be sorted",
    ],
    [
      "of hashes with something else further down",
      () => fileOf(`${hashes(2000).sort().join("\n")}\n${"password\n".repeat(1_200_000)}`),
      "no SHA-1 hash begins a line",
    ],
  ];
  for (const [name, make, why] of wrong)
    test(name, async () => {
      const path = make();
      const opening = openBreachList(path);
      expect(await outcomeOf(opening)).toThrow(`BREACH_LIST is ${path}, `);
      expect(await outcomeOf(opening)).toThrow(why);
    });
});
