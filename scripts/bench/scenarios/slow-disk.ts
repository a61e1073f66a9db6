import { startOurs } from "../contenders.ts";
import { Crowd } from "../crowd.ts";
import type { Ground } from "../ground.ts";
import { atMost, type Line, type Section } from "../report.ts";
import { median, percentile } from "../rounds.ts";
import { makeServerFolder } from "../server-folder.ts";
import { openWire } from "../wire.ts";

const members = 20;
const everyMs = 20;
const pingMs = 10;
/** What each sync of the disk takes longer, as with an SD card or a hard disk. */
const delayMs = 30;

/** How late answers and messages get where every sync of the disk takes long, and where it does not. */
export async function slowDisk(ground: Ground): Promise<Section> {
  const title = "A disk on which each sync takes 30 ms more";
  if (!Bun.which("strace"))
    return {
      title,
      unit: "ms",
      lines: [],
      notes: ["skipped: strace is not installed, by which a disk is made slow"],
    };
  const { pings: fast } = await measured(ground, []);
  const calls = "fsync,fdatasync";
  const { pings, messages } = await measured(ground, [
    ...["strace", "-D", "-f", "-q", "-o", "/dev/null"],
    ...["-e", `trace=${calls}`, "-e", `inject=${calls}:delay_exit=${delayMs * 1000}`],
  ]);
  const lines: Line[] = [
    {
      what: "ping, the disk as it is",
      numbers: { p50: median(fast), p99: percentile(fast, 0.99) },
      reaches: [],
    },
    {
      what: "ping",
      numbers: { p50: median(pings), p99: percentile(pings, 0.99) },
      reaches: [atMost(percentile(pings, 0.99), 10, "p99 at most 10 ms")],
    },
    {
      what: "a message to everybody",
      numbers: { p50: median(messages), p99: percentile(messages, 0.99) },
      reaches: [atMost(median(messages), 2 * delayMs, "p50 at most two syncs")],
    },
  ];
  const notes = [
    `${members} members, a message every ${everyMs} ms, a ping every ${pingMs} ms by one who is silent`,
    "strace makes each fsync and fdatasync of the server take longer, and stops it a little at each of them",
  ];
  return { title, unit: "ms", lines, notes };
}

async function measured(ground: Ground, under: string[]): Promise<{ pings: number[]; messages: number[] }> {
  const folder = await makeServerFolder(members + 1);
  const ours = await startOurs(ground, folder, {}, undefined, under);
  const crowd = await Crowd.gather(ours, members);
  const listener = await openWire(ours.address(members));
  await listener.ask({ type: "ping" });
  let isOver = false;
  const over = Bun.sleep(ground.quick ? 2_000 : 10_000).finally(() => {
    isOver = true;
  });
  const pings: number[] = [];
  const pinging = (async () => {
    while (!isOver) {
      const at = performance.now();
      await listener.ask({ type: "ping" });
      pings.push(performance.now() - at);
      await Bun.sleep(pingMs);
    }
  })();
  const messages = await crowd.speakSteadily(everyMs, over);
  await pinging;
  await listener.close();
  await crowd.leave();
  await ours.server.stop();
  return { pings, messages };
}
