import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../support/folder.ts";
import { Program } from "../../support/program.ts";

const folder = temporaryFolder();

async function bench(...options: string[]) {
  const program = Program.script("bench/main.ts", options, { TMPDIR: folder });
  return { code: await program.ends(), printed: program.printed };
}

test("a measurement, of both stores, prints its table, writes what it found, and leaves nothing behind", async () => {
  const json = join(folder, "found.json");
  const { code, printed } = await bench("--quick", "--only", "store-throughput", "--json", json);
  expect({ code, printed }).toEqual({ code: 0, printed: expect.stringContaining("What the store takes") });
  const { sections } = await Bun.file(json).json();
  const found = sections[0].lines.map(({ what }: { what: string }) => what);
  expect(found).toEqual(["one hot conversation", "500 conversations"]);
  expect(readdirSync(folder)).toEqual(["found.json"]);
}, 60_000);
