import { expect, test } from "bun:test";
import { familyOf, meter } from "../../../scripts/bench/processor.ts";

/** Works the processor for a while once it is told to, and says what that cost it by its own count. */
const worker = `
  console.log("started");
  process.stdin.once("data", () => {
    const before = process.cpuUsage();
    for (let sum = 0, at = 0; at < 2e8; at++) sum = (sum + at) % 1013;
    const { user, system } = process.cpuUsage(before);
    console.log(user + system);
    process.stdin.on("data", () => process.exit(0));
  });`;

test("what a program and its children use of the processor is counted, and what others use is not", async () => {
  const counts = process.platform === "linux";
  // A shell that has something left to do starts a process of its own for what comes before.
  const command = ["sh", "-c", '"$0" -e "$1"; exit 0', process.execPath, worker];
  const child = Bun.spawn(command, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  expect((await lines.read()).value).toBe("started\n");
  expect(familyOf(child.pid)).toHaveLength(counts ? 2 : 1);

  const [theirs, ours] = [meter(child.pid), meter(process.pid)];
  child.stdin.write("\n");
  child.stdin.flush();
  const own = Number((await lines.read()).value);
  const found = [theirs(), ours()];
  child.stdin.write("\n");
  child.stdin.end();
  await child.exited;
  if (!counts) return expect(found).toEqual([null, null]);
  expect(own).toBeGreaterThan(50_000);
  expect(found[0]! / own).toBeGreaterThan(0.95);
  expect(found[0]! / own).toBeLessThan(1.3);
  expect(found[1]!).toBeLessThan(own / 2);
});
