import { type Contender, frameFrom, type Name, ofEach, startOurs, startRival } from "../contenders.ts";
import { Crowd } from "../crowd.ts";
import type { Ground } from "../ground.ts";
import { atMost, below, type Line, type Section } from "../report.ts";
import { inRounds, median, quietRatio, ratio } from "../rounds.ts";
import { makeServerFolder, type ServerFolder } from "../server-folder.ts";

const sizes = [100, 500];
type Group = { contender: Contender; crowd: Crowd };

/** What a message to the group costs the server's processor: ours stores it for good first, the others forget it. */
export async function groupMessage(ground: Ground): Promise<Section> {
  const folder = await makeServerFolder(Math.max(...sizes));
  const lines: Line[] = [];
  const notes: string[] = [];
  for (const size of sizes) {
    const groups = await gather(ground, folder, size);
    for (const inFlight of [1, 40]) {
      const { line, says } = await compare(ground, groups, inFlight);
      lines.push(line);
      notes.push(...says);
    }
    for (const { contender, crowd } of Object.values(groups)) {
      await crowd.leave();
      await contender.server.stop();
    }
  }
  return { title: "A message to the group", unit: "server CPU, µs a message", lines, notes };
}

/** A crowd at each server, which has talked until its code is warm. */
async function gather(ground: Ground, folder: ServerFolder, size: number): Promise<Record<Name, Group>> {
  const group = async (contender: Contender) => ({ contender, crowd: await Crowd.gather(contender, size) });
  const ours = await group(await startOurs(ground, folder));
  const frame = frameFrom(await ours.crowd.sample());
  const groups = {
    ours,
    floor: await group(await startRival(ground, "floor", frame)),
    ws: await group(await startRival(ground, "ws", frame)),
    "Socket.IO": await group(await startRival(ground, "Socket.IO", frame)),
  };
  for (const { crowd } of Object.values(groups))
    for (const inFlight of [1, 40]) await crowd.talk(inFlight, ground.quick ? 300 : 1000);
  return groups;
}

async function compare(ground: Ground, groups: Record<Name, Group>, inFlight: number) {
  const busy = new Map<Name, string>();
  const busiest: number[] = [];
  let perCommit = 1;
  const measureOf = (name: Name) => async () => {
    const run = await costOf(groups[name], inFlight, ground.quick ? 700 : 1500);
    busy.set(name, `${name} ${run.busy}`);
    busiest.push(run.busiest);
    if (name === "ours") perCommit = run.perFrame;
    return run.cost;
  };
  const measured = await inRounds(ground.quick ? 3 : 7, ofEach(measureOf));
  const { size } = groups.ours.crowd;
  const what = `${size} members, ${inFlight} in flight`;
  const toFloor = ratio(measured, "ours", "floor");
  const toWs = ratio(measured, "ours", "ws");
  const costs = ofEach((name) => median(measured[name]));
  const line: Line = {
    what,
    numbers: { ...costs, "ours/floor": toFloor, "ours/ws": toWs },
    reaches: [...floorReach(size, inFlight, toFloor), below(toWs, 1, "less than ws")],
  };
  const quiet = quietRatio(measured, "ours", "floor").toFixed(2);
  return {
    line,
    says: [
      `${what}: ${quiet} × floor by the quietest rounds; ${perCommit.toFixed(1)} messages a commit`,
      `  server and load busy: ${[...busy.values()].join(", ")}`,
      ...(median(busiest) < 70
        ? ["  OTHER PROGRAMS HAD THE CORES for much of the time: measure again when it is quiet"]
        : []),
    ],
  };
}

function floorReach(size: number, inFlight: number, toFloor: number) {
  if (size === 100 && inFlight === 1) return [atMost(toFloor, 1.2, "≤ 1.2 × floor")];
  if (size === 100) return [atMost(toFloor, 1.15, "≤ 1.15 × floor")];
  if (inFlight > 1) return [atMost(toFloor, 1.05, "level with the floor (≤ 1.05 ×, which is noise)")];
  return [];
}

/** Server CPU in microseconds a message, and how busy both cores were: the load must not be what was measured. */
async function costOf({ contender: { server }, crowd }: Group, inFlight: number, ms: number) {
  const load = process.cpuUsage();
  const start = performance.now();
  const before = await server.ask("read");
  const messages = await crowd.talk(inFlight, ms);
  const after = await server.ask("read");
  const wall = (performance.now() - start) * 1000;
  const { user, system } = process.cpuUsage(load);
  const share = (cpu: number) => Math.round((100 * cpu) / wall);
  const { frames } = crowd.received;
  return {
    cost: (after.cpu - before.cpu) / messages,
    busy: `${share(after.cpu - before.cpu)}/${share(user + system)} %`,
    busiest: Math.max(share(after.cpu - before.cpu), share(user + system)),
    perFrame: messages / frames,
  };
}
