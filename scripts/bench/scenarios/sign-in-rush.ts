import { type Contender, frameFrom, type RivalName, startOurs, startRival } from "../contenders.ts";
import { Crowd } from "../crowd.ts";
import type { Ground } from "../ground.ts";
import { below, type Line, type Section } from "../report.ts";
import { median, percentile } from "../rounds.ts";
import { makeServerFolder } from "../server-folder.ts";

const members = 100;
const signIns = 8;
const everyMs = 20;

/** How still the server stands, and how late messages are, while eight people sign in at once at bcrypt's cost of 12. */
export async function signInRush(ground: Ground): Promise<Section> {
  const folder = await makeServerFolder(members);
  const ours = await startOurs(ground, folder);
  const crowd = await Crowd.gather(ours, members);
  const frame = frameFrom(await crowd.sample());
  const crowds = [{ contender: ours, crowd }];
  for (const name of ["floor", "ws", "Socket.IO"] satisfies RivalName[]) {
    const contender = await startRival(ground, name, frame);
    crowds.push({ contender, crowd: await Crowd.gather(contender, members) });
  }
  for (const { crowd } of crowds) await crowd.talk(1, 500);

  const lines: Line[] = [];
  for (const { contender, crowd } of crowds) {
    const runs: Run[] = [];
    for (let round = 0; round < (ground.quick ? 1 : 3); round++) runs.push(await rush(contender, crowd));
    const of = (pick: (run: Run) => number) => median(runs.map(pick));
    const gap = of(({ gap }) => gap);
    lines.push({
      what: contender.name,
      numbers: {
        "longest gap": gap,
        "worst round": Math.max(...runs.map(({ gap }) => gap)),
        "gap before": of(({ quietGap }) => quietGap),
        "p99 delivery": of(({ p99 }) => p99),
        "p99 before": of(({ quietP99 }) => quietP99),
        "all signed in after": of(({ took }) => took),
      },
      reaches: contender.name === "ours" ? [below(gap, 20, "longest gap < 20 ms")] : [],
    });
  }
  for (const { contender, crowd } of crowds) {
    await crowd.leave();
    await contender.server.stop();
  }
  const notes = [
    `${members} members, a message every ${everyMs} ms; everything on the one server core, hashing too`,
    "medians of the rounds; a gap before anyone signs in is the machine's own, or another program's",
    "the floor signs nobody in: its line is the same time spent on messages alone",
  ];
  return { title: "Eight people sign in at once", unit: "ms", lines, notes };
}

type Run = Awaited<ReturnType<typeof rush>>;

async function rush(contender: Contender, crowd: Crowd) {
  const { server, name } = contender;
  await server.ask("watch");
  const quiet = await crowd.speakSteadily(everyMs, Bun.sleep(2500));
  const { longestGap: quietGap } = await server.ask("watch");
  const start = performance.now();
  const signingIn =
    name === "floor"
      ? Bun.sleep(2500)
      : Promise.all(Array.from({ length: signIns }, (_, member) => signIn(contender, member)));
  const delays = await crowd.speakSteadily(everyMs, signingIn);
  const took = performance.now() - start;
  const { longestGap } = await server.ask("rest");
  const p99 = percentile(delays, 0.99);
  return { gap: longestGap, p99, quietGap, quietP99: percentile(quiet, 0.99), took };
}

async function signIn(contender: Contender, member: number): Promise<void> {
  const answer = await contender.signIn(member);
  if (answer.status !== 200) throw new Error(`${contender.name} refused a sign-in with ${answer.status}`);
  await answer.arrayBuffer();
}
