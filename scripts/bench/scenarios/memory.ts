import {
  type Contender,
  type Frame,
  frameFrom,
  type RivalName,
  startOurs,
  startRival,
} from "../contenders.ts";
import { Crowd } from "../crowd.ts";
import type { Ground } from "../ground.ts";
import { makeHouse } from "../house.ts";
import { atMost, type Line, type Section } from "../report.ts";
import { inRounds, median, ratio } from "../rounds.ts";

const sizes = [100, 500];

/** What a connection takes of the server's memory, once its member has entered and everything has calmed down. */
export async function memory(ground: Ground): Promise<Section> {
  const house = await makeHouse(Math.max(...sizes));
  const frame = await frameOfOurs();
  const lines: Line[] = [];

  for (const size of sizes) {
    const rival = (name: RivalName) => async () => growth(await startRival(ground, name, frame), size);
    const measured = await inRounds(ground.quick ? 1 : 5, {
      ours: async () => growth(await startOurs(ground, house), size),
      floor: rival("floor"),
      ws: rival("ws"),
      "Socket.IO": rival("Socket.IO"),
    });
    const toFloor = ratio(measured, "ours", "floor");
    lines.push({
      what: `${size} connections`,
      numbers: {
        ours: median(measured.ours),
        floor: median(measured.floor),
        ws: median(measured.ws),
        "Socket.IO": median(measured["Socket.IO"]),
        "ours/floor": toFloor,
      },
      reaches: [atMost(toFloor, 1.5, "≤ 1.5 × floor")],
    });
  }
  return { title: "Memory", unit: "resident KiB a connection", lines, notes: [] };

  async function frameOfOurs(): Promise<Frame> {
    const ours = await startOurs(ground, house);
    const crowd = await Crowd.gather(ours, 1);
    const frame = frameFrom(await crowd.sample());
    await crowd.leave();
    await ours.server.stop();
    return frame;
  }
}

/** How much a fresh server grows, a member, when that many come. The first ten do not count: they load what all share. */
async function growth(contender: Contender, size: number): Promise<number> {
  const first = await Crowd.gather(contender, 10);
  await first.talk(1, 200);
  await first.leave();
  const before = await contender.server.ask("collect");
  const crowd = await Crowd.gather(contender, size);
  await crowd.talk(1, 200);
  const after = await contender.server.ask("collect");
  await crowd.leave();
  await contender.server.stop();
  return (after.resident - before.resident) / 1024 / size;
}
