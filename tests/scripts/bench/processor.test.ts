import { expect, test } from "bun:test";
import { familyOf, meter } from "../../../scripts/bench/processor.ts";

/** Works the processor for 300 ms at each line it reads, and says so. */
const worker = `
  for await (const _ of console) {
    const end = process.cpuUsage().user + 300_000;
    while (process.cpuUsage().user < end);
    console.log("done");
  }`;

test("what a program and its children use of the processor is counted, and what others use is not", async () => {
  const counts = process.platform === "linux";
  const parent = `
    const child = Bun.spawn([process.execPath, "-e", ${JSON.stringify(worker)}], { stdio: ["inherit", "inherit", "inherit"] });
    console.log("started");
    await child.exited;`;
  const child = Bun.spawn([process.execPath, "-e", parent], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  expect((await lines.read()).value).toBe("started\n");
  expect(familyOf(child.pid)).toHaveLength(counts ? 2 : 1);

  const [theirs, ours] = [meter(child.pid), meter(process.pid)];
  child.stdin.write("\n");
  child.stdin.flush();
  expect((await lines.read()).value).toBe("done\n");
  const found = [theirs(), ours()];
  child.stdin.end();
  await child.exited;
  if (!counts) return expect(found).toEqual([null, null]);
  expect(found[0]).toBeGreaterThan(290_000);
  expect(found[1]).toBeLessThan(290_000);
});
