import { join } from "node:path";
import { parseConfig } from "../../../server/config/environment.ts";
import { startOurs } from "../contenders.ts";
import { Crowd } from "../crowd.ts";
import type { Ground } from "../ground.ts";
import { atOnce, floods, type Orders } from "../hostile.ts";
import { below, type Line, type Section } from "../report.ts";
import { median, percentile } from "../rounds.ts";
import { makeServerFolder } from "../server-folder.ts";
import { adopt } from "../server-process.ts";

const members = 50;
const everyMs = 20;
const forMs = 5_000;

/** How late the messages of the others get while one hostile client asks as fast as it can. */
export async function floodsOfOne(ground: Ground): Promise<Section> {
  // Here the limits that are there for people are what is measured.
  const { limits } = parseConfig({});
  const folder = await makeServerFolder(members + 1, 1_000, 0, limits);
  const ours = await startOurs(ground, folder, { REQUESTS_PER_SECOND: String(limits.requestsPerSecond) });
  const crowd = await Crowd.gather(ours, members);
  const p99Until = async (over: Promise<unknown>) =>
    percentile(await crowd.speakSteadily(everyMs, over), 0.99);
  await p99Until(Bun.sleep(forMs));

  /** The p99 of each stretch. */
  const quiet: number[] = [];
  const meanwhile = new Map(Object.keys(floods).map((what) => [what, { p99s: [] as number[], asked: 0 }]));
  const rounds = ground.quick ? 1 : 5;
  for (let round = 0; round < rounds; round++) {
    for (const [flood, met] of meanwhile) {
      quiet.push(await p99Until(Bun.sleep(forMs)));
      const [cookie, name] = [folder.cookies[members]!, folder.names[members]!];
      const answered = hostile({ port: ours.server.port, flood, forMs, cookie, name });
      met.p99s.push(await p99Until(answered));
      met.asked += await answered;
    }
  }
  const before = median(quiet);
  const lines = [...meanwhile].map(([what, { p99s, asked }]): Line => {
    const p99 = median(p99s);
    const ratio = p99 / before;
    return {
      what,
      numbers: { p99, ratio, "asked a second": asked / ((rounds * forMs) / 1000) },
      reaches: [below(ratio, 2, "less than twice")],
    };
  });
  await crowd.leave();
  await ours.server.stop();
  const notes = [
    `${members} members, a message every ${everyMs} ms; the hostile client has ${atOnce} requests on their way at once`,
    `in the stretches between, without it, the p99 is ${before.toFixed(1)} ms; both are medians over ${forMs / 1000} s each`,
    "everything of the server on one core, hashing too; the hostile client is a program of its own on the core of the load",
  ];
  return { title: "One hostile client at full speed", unit: "ms", lines, notes };
}

/** Lets it loose; gives how often it was answered. The members, who measure, go before it on their core. */
async function hostile(orders: Orders): Promise<number> {
  const program = join(import.meta.dir, "../hostile.ts");
  const nice = Bun.which("nice") ? ["nice", "-n", "10"] : [];
  const child = Bun.spawn([...nice, process.execPath, program, JSON.stringify(orders)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  adopt(child);
  const answered = Number(await new Response(child.stdout).text());
  if ((await child.exited) !== 0) throw new Error("The hostile client has failed.");
  return answered;
}
