import { join } from "node:path";
import { SQL } from "bun";
import { projectRoot } from "../../../server/config.ts";
import { type Database, startDatabase } from "../database.ts";
import type { Ground } from "../ground.ts";
import { startNats, withoutNats } from "../nats.ts";
import type { Line, Section } from "../report.ts";
import { median } from "../rounds.ts";
import { type ServerProcess, startProcess } from "../server-process.ts";

/** What carries signals, and the two who use it. */
interface Carrier {
  sender: ServerProcess;
  receiver: ServerProcess;
  meter(): () => number | null;
}

/** As many nodes as this, in what is said of listeners. */
const many = 16;
const loads = {
  "one at a time": { every: 10, each: 1 },
  "50 at a time": { every: 10, each: 50 },
};

/** What it costs to tell another node of one message, at each end and in between. */
export async function hintCost(ground: Ground): Promise<Section> {
  const database = await startDatabase(ground);
  const nats = await startNats(ground);
  const carriers: Record<string, Carrier> = {};
  carriers["over NOTIFY"] = { ...(await pair(ground, await database.create())), meter: database.meter };
  if (nats) carriers["over NATS"] = { ...(await pair(ground, nats.url)), meter: nats.meter };

  const found = new Map<string, Cost[]>();
  for (let round = 0; round < (ground.quick ? 1 : 5); round++)
    for (const [how, carrier] of Object.entries(carriers))
      for (const [load, { every, each }] of Object.entries(loads)) {
        const ms = ground.quick ? 400 : 1500;
        await costOf(carrier, every, each, 100);
        const nothing = await costOf(carrier, every, 0, ms);
        const all = await costOf(carrier, every, each, ms);
        const what = `${load}, ${how}`;
        found.set(what, [...(found.get(what) ?? []), less(all, nothing)]);
      }
  const listeners = await saysOfListeners(database, ground.quick ? 300 : 1000);
  for (const { sender, receiver } of Object.values(carriers))
    await Promise.all([sender.stop(), receiver.stop()]);
  await nats?.stop();
  await database.stop();
  return {
    title: "A hint to another node",
    unit: "CPU, µs a hint",
    lines: [...found].sort(([one], [other]) => other.localeCompare(one)).map(line),
    notes: [
      "a hint tells of one message and brings it along; each of 50 is of another conversation",
      "what the same processes cost in the same time without hints is taken off",
      ...listeners,
      ...(nats ? [] : [withoutNats]),
    ],
  };
}

/** In microseconds; `hints` is how many there were. */
interface Cost {
  hints: number;
  sender: number;
  receiver: number;
  carrier: number;
}

/** By how much more the one cost than the other, for each of its hints. */
const less = (all: Cost, nothing: Cost): Cost => ({
  hints: all.hints,
  sender: (all.sender - nothing.sender) / all.hints,
  receiver: (all.receiver - nothing.receiver) / all.hints,
  carrier: (all.carrier - nothing.carrier) / all.hints,
});

function line([what, costs]: [string, Cost[]]): Line {
  const of = (part: "sender" | "receiver" | "carrier") => median(costs.map((cost) => cost[part]));
  const carrier = of("carrier");
  return {
    what,
    numbers: {
      "at the sender": of("sender"),
      "at each receiver": of("receiver"),
      ...(Number.isNaN(carrier) ? {} : { "in what carries it": carrier }),
    },
    reaches: [],
  };
}

/** What PostgreSQL does for each that listens, and how many can notify: says what a notification costs it, and what limits it. */
async function saysOfListeners(database: Database, ms: number): Promise<string[]> {
  const url = await database.create();
  const sql = new SQL({ url, max: many, idleTimeout: 0 });
  const listeners: SQL[] = [];
  const listen = async (count: number) => {
    for (; listeners.length < count; listeners.push(new SQL({ url, max: 1, idleTimeout: 0 })));
    await Promise.all(listeners.map((listener) => listener.listen("bench", () => {})));
  };
  const notify = async (connections: number) => {
    const end = performance.now() + ms;
    const stop = database.meter();
    let done = 0;
    const keepOn = async () => {
      for (; performance.now() < end; done++) await sql`select pg_notify('bench', 'hint')`;
    };
    await Promise.all(Array.from({ length: connections }, keepOn));
    return { cost: Math.round((stop() ?? Number.NaN) / done), perSecond: Math.round((done * 1000) / ms) };
  };
  await listen(1);
  await notify(1);
  const toOne = await notify(1);
  await listen(many);
  const toMany = await notify(1);
  const byMany = await notify(many);
  await Promise.all([sql, ...listeners].map((each) => each.close({ timeout: 0 })));
  return [
    `a notification costs PostgreSQL ${toOne.cost} µs where one listens and ${toMany.cost} µs where ${many} do`,
    `${many} who notify ${many} at once reach ${byMany.perSecond.toLocaleString("en")} a second, at ${byMany.cost} µs each`,
  ];
}

async function pair(ground: Ground, url: string) {
  const start = (node: string) => {
    const command = [process.execPath, join(projectRoot, "scripts/bench/servers/signals.ts")];
    const env = { CARRIER: url, NODE: node };
    return startProcess({ command, env, port: /ready (\d+)/ }, ground.cores);
  };
  return { sender: await start("sender"), receiver: await start("receiver") };
}

async function costOf(
  { sender, receiver, meter }: Carrier,
  every: number,
  each: number,
  ms: number,
): Promise<Cost> {
  const read = async () => [(await sender.ask("read")).cpu, (await receiver.ask("read")).cpu] as const;
  const heardBefore = await heardBy(receiver);
  const before = await read();
  const stop = meter();
  const answer = await fetch(`http://127.0.0.1:${sender.port}/?every=${every}&each=${each}&for=${ms}`, {
    method: "POST",
  });
  const hints: number = await answer.json();
  for (let tries = 0; (await heardBy(receiver)) - heardBefore < hints; tries++) {
    if (tries === 200) throw new Error("A hint never arrived");
    await Bun.sleep(10);
  }
  const carrier = stop() ?? Number.NaN;
  const after = await read();
  return { hints, sender: after[0] - before[0], receiver: after[1] - before[1], carrier };
}

async function heardBy(receiver: ServerProcess): Promise<number> {
  return await (await fetch(`http://127.0.0.1:${receiver.port}/`)).json();
}
