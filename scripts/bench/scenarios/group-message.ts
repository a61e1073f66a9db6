import { type Contender, frameFrom, type RivalName, startOurs, startRival } from "../contenders.ts";
import { Crowd } from "../crowd.ts";
import type { Ground } from "../ground.ts";
import { makeHouse } from "../house.ts";
import { atMost, below, type Line, type Section } from "../report.ts";
import { inRounds, median, quietRatio, ratio } from "../rounds.ts";

const sizes = [100, 500];
const rivals: RivalName[] = ["floor", "ws", "Socket.IO"];

/** What a message to the group costs the server's processor: ours stores it for good first, the others forget it. */
export async function groupMessage(ground: Ground): Promise<Section> {
  const house = await makeHouse(Math.max(...sizes));
  const lines: Line[] = [];
  const notes: string[] = [];

  for (const size of sizes) {
    const ours = await startOurs(ground, house);
    const crowds = [{ contender: ours, crowd: await Crowd.gather(ours, size) }];
    const frame = frameFrom(await crowds[0]!.crowd.sample());
    for (const name of rivals) {
      const contender = await startRival(ground, name, frame);
      crowds.push({ contender, crowd: await Crowd.gather(contender, size) });
    }
    for (const { crowd } of crowds)
      for (const inFlight of [1, 40]) await crowd.talk(inFlight, ground.quick ? 300 : 1000);

    for (const inFlight of [1, 40]) {
      const busy = new Map<string, string>();
      const measures = Object.fromEntries(
        crowds.map(({ contender, crowd }) => [
          contender.name,
          async () => {
            const run = await costOf(contender, crowd, inFlight, ground.quick ? 700 : 1500);
            busy.set(contender.name, `${contender.name} ${run.busy}`);
            return run.cost;
          },
        ]),
      ) as Record<"ours" | RivalName, () => Promise<number>>;
      const measured = await inRounds(ground.quick ? 3 : 7, measures);
      const toFloor = ratio(measured, "ours", "floor");
      const toWs = ratio(measured, "ours", "ws");
      lines.push({
        what: `${size} members, ${inFlight} in flight`,
        numbers: {
          ours: median(measured.ours),
          floor: median(measured.floor),
          ws: median(measured.ws),
          "Socket.IO": median(measured["Socket.IO"]),
          "ours/floor": toFloor,
          "ours/ws": toWs,
        },
        reaches: [...floorReach(size, inFlight, toFloor), below(toWs, 1, "less than ws")],
      });
      const quiet = quietRatio(measured, "ours", "floor").toFixed(2);
      notes.push(
        `${size} members, ${inFlight} in flight: ${quiet} × floor by the quietest rounds; last round: ${[...busy.values()].join("; ")}`,
      );
    }
    for (const { contender, crowd } of crowds) {
      await crowd.leave();
      await contender.server.stop();
    }
  }
  return { title: "A message to the group", unit: "server CPU, µs a message", lines, notes };
}

function floorReach(size: number, inFlight: number, toFloor: number) {
  if (size === 100 && inFlight === 1) return [atMost(toFloor, 1.2, "≤ 1.2 × floor")];
  if (size === 100) return [atMost(toFloor, 1.15, "≤ 1.15 × floor")];
  if (inFlight > 1) return [atMost(toFloor, 1.05, "level with the floor (≤ 1.05 ×, which is noise)")];
  return [];
}

/** Server CPU in microseconds a message, and how busy both cores were: the load must not be what was measured. */
async function costOf({ server }: Contender, crowd: Crowd, inFlight: number, ms: number) {
  const load = process.cpuUsage();
  const start = performance.now();
  const before = await server.ask("read");
  const messages = await crowd.talk(inFlight, ms);
  const after = await server.ask("read");
  const wall = (performance.now() - start) * 1000;
  const { user, system } = process.cpuUsage(load);
  const share = (cpu: number) => `${Math.round((100 * cpu) / wall)} %`;
  const { frames } = crowd.received;
  return {
    cost: (after.cpu - before.cpu) / messages,
    busy: `server ${share(after.cpu - before.cpu)} busy, load ${share(user + system)}, ${(messages / frames).toFixed(1)} messages a frame`,
  };
}
