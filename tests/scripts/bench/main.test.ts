import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../server/config.ts";

const folder = mkdtempSync(join(tmpdir(), "bench-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const start = (...options: string[]) =>
  Bun.spawn([process.execPath, join(projectRoot, "scripts/bench/main.ts"), ...options], {
    env: { ...process.env, TMPDIR: folder },
    stdout: "pipe",
    stderr: "pipe",
  });

async function bench(...options: string[]) {
  const child = start(...options);
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
  rmSync(json);
}, 60_000);

test("a measurement on PostgreSQL brings its own, and leaves nothing behind", async () => {
  const json = join(folder, "found.json");
  const { code, errors } = await bench("--quick", "--only", "node-latency", "--json", json);
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  const { sections } = await Bun.file(json).json();
  const found = sections[0].lines.map(({ what }: { what: string }) => what);
  expect(found).toContain("two nodes on PostgreSQL: on the other");
  expect(readdirSync(folder)).toEqual(["found.json"]);
  rmSync(json);
}, 60_000);

test("one that is told to stop takes its PostgreSQL with it", async () => {
  const child = start("--quick", "--only", "node-latency");
  const postgres = await postmaster();
  child.kill("SIGTERM");
  expect(await child.exited).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
  expect(lives(postgres)).toBe(false);
}, 60_000);

/** The process id of a PostgreSQL in the folder, once it takes connections. */
async function postmaster(): Promise<number> {
  for (;;) {
    for (const each of readdirSync(folder)) {
      const path = join(folder, each, "data/postmaster.pid");
      const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
      if (lines[7]?.trim() === "ready") return Number(lines[0]);
    }
    await Bun.sleep(10);
  }
}

/** One that has ended and was not yet waited for counts as gone. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("an unknown measurement is answered with those there are", async () => {
  const { code, errors } = await bench("--only", "speed");
  expect(code).toBe(1);
  expect(errors).toContain('There is no measurement "speed". There are: group-message, memory');
});
