import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../server/config.ts";

const folder = mkdtempSync(join(tmpdir(), "bench-test-"));

async function bench(...options: string[]) {
  const child = Bun.spawn([process.execPath, join(projectRoot, "scripts/bench/main.ts"), ...options], {
    env: { ...process.env, TMPDIR: folder },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors] = await Promise.all([child.stdout, child.stderr].map((s) => new Response(s).text()));
  return { code: await child.exited, output: output!, errors: errors! };
}

test("a measurement prints its table, writes what it found, and leaves nothing behind", async () => {
  const json = join(folder, "found.json");
  const { code, output, errors } = await bench("--quick", "--only", "start-up", "--json", json);
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(output).toContain("idle < 80 MiB");
  const { sections } = await Bun.file(json).json();
  expect(sections[0].lines[0].numbers.ours).toBeGreaterThan(0);
  expect(readdirSync(folder)).toEqual(["found.json"]);
  rmSync(folder, { recursive: true });
}, 60_000);

test("an unknown measurement is answered with those there are", async () => {
  const { code, errors } = await bench("--only", "speed");
  expect(code).toBe(1);
  expect(errors).toContain('There is no measurement "speed". There are: group-message, memory');
});
