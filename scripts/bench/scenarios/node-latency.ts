import { browserSystem } from "../../../web/transport/system.ts";
import { type Cluster, startCluster } from "../cluster.ts";
import { enter, withPatience } from "../crowd.ts";
import { startDatabase } from "../database.ts";
import type { Ground } from "../ground.ts";
import type { Line, Section } from "../report.ts";
import { median, percentile } from "../rounds.ts";
import { makeServerFolder } from "../server-folder.ts";
import { saying } from "../talk.ts";
import type { Wire } from "../wire.ts";

const everyMs = 20;
const { newId } = browserSystem;

/** The sender, and who hears it at each place: the same node, or another. */
interface Router {
  cluster: Cluster;
  sender: Wire;
  hearers: Record<string, Wire>;
}

/** How long a message takes to someone on the sender's node, and to someone on another, when little happens. */
export async function nodeLatency(ground: Ground): Promise<Section> {
  const folder = await makeServerFolder(3);
  const database = await startDatabase(ground);
  // Before a server runs on the folder, which locks it.
  const url = await database.move(folder);
  const start = async (url?: string) =>
    settle(await startCluster(ground, { folder, url, nodes: url ? 2 : 1 }));
  const places: Record<string, Router> = {
    "one process on SQLite": await start(),
    "two nodes on PostgreSQL": await start(url),
  };

  const delays = new Map<string, number[][]>();
  for (const place of Object.values(places)) await listen(place, ground.quick ? 20 : 100);
  for (let round = 0; round < (ground.quick ? 1 : 6); round++) {
    const order = Object.entries(places);
    for (const [name, place] of round % 2 === 0 ? order : order.reverse())
      for (const [where, heard] of Object.entries(await listen(place, ground.quick ? 50 : 100))) {
        const what = `${name}: ${where}`;
        delays.set(what, [...(delays.get(what) ?? []), heard]);
      }
  }
  for (const { cluster } of Object.values(places)) await cluster.stop();
  await database.stop();
  return {
    title: "From one to another",
    unit: "ms",
    lines: Object.keys(places).flatMap((name) =>
      [...delays].filter(([what]) => what.startsWith(name)).map(line),
    ),
    notes: [
      `a message every ${everyMs} ms, which both hear; servers and PostgreSQL with fsync share one core`,
    ],
  };
}

const line = ([what, rounds]: [string, number[][]]): Line => {
  const all = rounds.flat();
  const numbers = { median: median(all), p99: percentile(all, 0.99), "messages heard": all.length };
  return { what, numbers, reaches: [] };
};

async function settle(cluster: Cluster): Promise<Router> {
  const [first, second] = cluster.nodes;
  const sender = await enter(first!, 0);
  const here = await enter(first!, 1);
  return {
    cluster,
    sender,
    hearers: { "on the same node": here, ...(second && { "on the other": await enter(second, 2) }) },
  };
}

/** Says so many, each when its time has come; gives the milliseconds that each took to each who hears. */
async function listen({ sender, hearers }: Router, messages: number): Promise<Record<string, number[]>> {
  const saidAt = new Map<string, number>();
  const delays: Record<string, number[]> = {};
  const heardAll = Object.entries(hearers).map(([where, wire]) => {
    const heard: number[] = [];
    delays[where] = heard;
    const { promise, resolve } = Promise.withResolvers<void>();
    wire.onText = (text) => {
      const now = performance.now();
      for (const [, id] of text.toString().matchAll(/"clientId":"([^"]+)"/g)) {
        const at = saidAt.get(id!);
        if (at !== undefined) heard.push(now - at);
      }
      if (heard.length === messages) resolve();
    };
    return promise;
  });
  for (let message = 0; message < messages; message++) {
    const id = newId();
    saidAt.set(id, performance.now());
    sender.say(saying("group", id));
    await Bun.sleep(everyMs);
  }
  await withPatience(Promise.all(heardAll), "a message never arrived");
  for (const wire of Object.values(hearers)) wire.onText = null;
  return delays;
}
