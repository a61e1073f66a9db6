import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/folder.ts";
import { Program } from "../support/program.ts";

test("a test whose program is not installed does not pass: it is not there, and named once", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "skipped.test.ts");
  const shared = join(import.meta.dir, "../support/companions.ts");
  writeFileSync(
    file,
    `import { withProgram } from ${JSON.stringify(shared)};
    withProgram("a-program-nobody-has", "what needs it", async () => {});
    withProgram(["bun", "a-program-nobody-has", "nor-this"], "what needs three", async () => {});
    withProgram("bun", "what needs bun", async (path) => {
      if (!path.includes("bun")) throw new Error(path);
    });`,
  );
  const program = new Program([process.execPath, "test", file]);
  await program.ends();
  expect(program.printed).toContain("skipped: what needs it (a-program-nobody-has is not installed)\n");
  expect(program.printed).toContain(
    "skipped: what needs three (a-program-nobody-has and nor-this are not installed)\n",
  );
  expect(program.printed.split("skipped: ")).toHaveLength(3);
  expect(program.printed).toMatch(/ 1 pass\n 0 fail/);
});
