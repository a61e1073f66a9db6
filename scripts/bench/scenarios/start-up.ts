import { type Frame, type Name, ofEach, startOurs, startRival } from "../contenders.ts";
import type { Ground } from "../ground.ts";
import { below, type Section } from "../report.ts";
import { inRounds, median } from "../rounds.ts";
import { makeServerFolder } from "../server-folder.ts";

const nothing: Frame = ["", ""];
const mebibyte = 1024 * 1024;

/** How soon a server answers, and what it takes when nobody is there. */
export async function startUp(ground: Ground): Promise<Section> {
  const idleMs = ground.quick ? 500 : 2000;
  const folder = await makeServerFolder(20, 1000);
  const resident = ofEach((): number[] => []);
  const begin = (name: Name) =>
    name === "ours" ? startOurs(ground, folder, {}, "scripts/start.ts") : startRival(ground, name, nothing);

  /** Milliseconds from the start of the process to the first answer over HTTPS. */
  const start = (name: Name) => async () => {
    const started = performance.now();
    const { server } = await begin(name);
    const answer = await fetch(`https://localhost:${server.port}/api/health`, {
      tls: { rejectUnauthorized: false },
    });
    await answer.arrayBuffer();
    const took = performance.now() - started;
    await Bun.sleep(idleMs);
    const reading = await server.ask("read");
    resident[name].push(reading.resident / mebibyte);
    await server.stop();
    return took;
  };

  const took = await inRounds(ground.quick ? 1 : 5, ofEach(start));
  const medians = (all: Record<Name, number[]>) => ofEach((name) => median(all[name]));
  return {
    title: "Start and idle",
    unit: "",
    lines: [
      {
        what: "first answer, ms after the start",
        numbers: medians(took),
        reaches: [below(median(took.ours), 1000, "first answer < 1 s")],
      },
      {
        what: `resident MiB, ${idleMs / 1000} s later`,
        numbers: medians(resident),
        reaches: [below(median(resident.ours), 80, "idle < 80 MiB")],
      },
    ],
    notes: ["ours starts as by `bun run start`, on a database with 20 people and 1,000 messages"],
  };
}
