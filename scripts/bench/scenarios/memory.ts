import { type Contender, frameFrom, type Name, ofEach, startOurs, startRival } from "../contenders.ts";
import { Crowd } from "../crowd.ts";
import type { Ground } from "../ground.ts";
import { atMost, type Line, type Section } from "../report.ts";
import { inRounds, median, ratio } from "../rounds.ts";
import { makeServerFolder } from "../server-folder.ts";

const sizes = [100, 500];
const calmMs = 500;

/** What a connection takes of the server's memory, once its member has entered and some messages have gone by. */
export async function memory(ground: Ground): Promise<Section> {
  const folder = await makeServerFolder(Math.max(...sizes));
  const frame = await startOurs(ground, folder).then(async (ours) => {
    const crowd = await Crowd.gather(ours, 1);
    const text = await crowd.sample();
    await ours.server.stop();
    return frameFrom(text);
  });
  const start = (name: Name) =>
    name === "ours" ? startOurs(ground, folder) : startRival(ground, name, frame);

  const lines: Line[] = [];
  for (const size of sizes) {
    const again = ofEach((): number[] => []);
    const measureOf = (name: Name) => async () => {
      const growth = await growthOf(await start(name), size);
      again[name].push(growth.again);
      return growth.first;
    };
    const first = await inRounds(ground.quick ? 1 : 3, ofEach(measureOf));
    lines.push(line(`${size} on a fresh server`, first, true), line(`${size} who come again`, again, false));
  }
  return {
    title: "Memory",
    unit: "resident KiB a connection",
    lines,
    notes: ["fresh counts what the first ones load for all; again, what is added when as many come back"],
  };
}

function line(what: string, measured: Record<Name, number[]>, toReach: boolean): Line {
  const toFloor = ratio(measured, "ours", "floor");
  return {
    what,
    numbers: { ...ofEach((name) => median(measured[name])), "ours/floor": toFloor },
    reaches: toReach ? [atMost(toFloor, 1.5, "≤ 1.5 × floor")] : [],
  };
}

/** How much a server that was just started grows, a member, when that many come, and when they come again. */
async function growthOf(contender: Contender, size: number): Promise<{ first: number; again: number }> {
  const { server } = contender;
  const resident = async () => (await server.ask("collect")).resident / 1024 / size;
  const visit = async () => {
    const before = await resident();
    const crowd = await Crowd.gather(contender, size);
    await crowd.talk(1, 300);
    await Bun.sleep(calmMs);
    const grown = (await resident()) - before;
    await crowd.leave();
    await Bun.sleep(calmMs);
    return grown;
  };
  const growth = { first: await visit(), again: await visit() };
  await server.stop();
  return growth;
}
