import { cpus } from "node:os";

const lookMs = 400;
/** What a machine at rest does not exceed, in percent of all its cores. */
const restMax = 15;

/** Looks for a moment at what other programs take, while this one rests; a sentence where that spoils what is measured, or null. */
export async function disturbance(when: string): Promise<string | null> {
  const before = spent();
  await Bun.sleep(lookMs);
  const after = spent();
  const busy = Math.round(100 * (1 - (after.idle - before.idle) / (after.all - before.all)));
  return busy <= restMax
    ? null
    : `OTHER PROGRAMS HAD ${busy} % OF THE CORES ${when}: measure again when it is quiet`;
}

function spent(): { idle: number; all: number } {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (numbers: number[]) => numbers.reduce((one, other) => one + other, 0);
  return {
    idle: sum(times.map(({ idle }) => idle)),
    all: sum(times.map(({ user, nice, sys, irq, idle }) => user + nice + sys + irq + idle)),
  };
}
