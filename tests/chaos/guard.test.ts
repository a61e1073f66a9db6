import { expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program } from "../support/program.ts";

/** The processes that were started, however indirectly, with this in their environment. */
function processesWith(text: string): string[] {
  if (!existsSync("/proc/self/environ")) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "latin1").includes(text);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    });
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !holds(); tries++) await Bun.sleep(50);
  expect(holds()).toBe(true);
}

test("a run that is killed leaves nothing behind: no process, no file, no namespace", async () => {
  const folder = mkdtempSync(join(tmpdir(), "chaos-guard-"));
  try {
    const program = Program.script("chaos.ts", ["--faults", "freeze"], { TMPDIR: folder });
    await program.says(/begins: /);
    const { pid } = program.process;
    const [made] = readdirSync(folder);
    const noted = readdirSync(join(folder, made!, "pids"));
    expect(noted.length).toBeGreaterThanOrEqual(4);
    program.process.kill("SIGKILL");
    await program.process.exited;
    await until(() => readdirSync(folder).length === 0 && processesWith(folder).length === 0);
    for (const each of noted) expect(() => process.kill(Number(each), 0)).toThrow();
    const spaces = existsSync("/run/netns") ? readdirSync("/run/netns") : [];
    expect(spaces.filter((name) => name.startsWith(`secure-chat-${pid}-`))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
