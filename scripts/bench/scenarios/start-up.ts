import { type Contender, type Frame, type RivalName, startOurs, startRival } from "../contenders.ts";
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
  const resident: Record<string, number[]> = {};

  /** Milliseconds from the start of the process to the first answer over HTTPS. */
  async function start(name: string, begin: () => Promise<Contender>): Promise<number> {
    const started = performance.now();
    const { server } = await begin();
    const answer = await fetch(`https://localhost:${server.port}/api/health`, {
      tls: { rejectUnauthorized: false },
    });
    await answer.arrayBuffer();
    const took = performance.now() - started;
    await Bun.sleep(idleMs);
    const reading = await server.ask("read");
    resident[name] = [...(resident[name] ?? []), reading.resident / mebibyte];
    await server.stop();
    return took;
  }

  const rival = (name: RivalName) => () => start(name, () => startRival(ground, name, nothing));
  const took = await inRounds(ground.quick ? 1 : 5, {
    ours: () => start("ours", () => startOurs(ground, folder, {}, "scripts/start.ts")),
    floor: rival("floor"),
    ws: rival("ws"),
    "Socket.IO": rival("Socket.IO"),
  });
  const idle = median(resident.ours!);
  const medians = (all: Record<string, number[]>) =>
    Object.fromEntries(Object.entries(all).map(([name, each]) => [name, median(each)]));
  return {
    title: "Start and idle",
    unit: "",
    lines: [
      {
        what: "first answer, ms after the start",
        numbers: medians(took),
        reaches: [below(median(took.ours!), 1000, "first answer < 1 s")],
      },
      {
        what: `resident MiB, ${idleMs / 1000} s later`,
        numbers: medians(resident),
        reaches: [below(idle, 80, "idle < 80 MiB")],
      },
    ],
    notes: ["ours starts as by `bun run start`, on a database with 20 people and 1,000 messages"],
  };
}
