import { backoff } from "../../../web/transport/backoff.ts";
import { Client } from "../client.ts";
import { type Cluster, startCluster } from "../cluster.ts";
import type { Contender } from "../contenders.ts";
import { type Database, startDatabase } from "../database.ts";
import type { Ground } from "../ground.ts";
import { makeHouse } from "../house.ts";
import { openFilesMax } from "../open-files.ts";
import type { Section } from "../report.ts";
import { median, percentile } from "../rounds.ts";

const nodes = 3;
/** Files that the load holds besides the sockets of the crowd. */
const filesAside = 500;
const missed = 20;
/** How many shake hands at the same time: the load has one core too. */
const atOnce = 100;
const talkEveryMs = 500;
const triesMax = 6;

/** What a client holds from before. */
interface Known {
  epoch: string;
  peopleTag: string;
  cursor: number;
}

/** How soon everybody is served again after one of three nodes was killed: a third comes back to the others, and catches up. */
export async function nodeDeath(ground: Ground): Promise<Section> {
  const wanted = ground.quick ? 600 : 10_000;
  const size = Math.min(wanted, openFilesMax() - filesAside);
  const house = await makeHouse(size, 2000, missed);
  const database = await startDatabase(ground);
  const cluster = await startCluster(ground, { house, url: await database.move(house), nodes });
  const known = await visit(cluster.nodes[0]!, house.messages - missed);

  const numbers = Array.from({ length: size }, (_, number) => number);
  const come = await costs(cluster, database);
  const clients = await inTurns(numbers, (number) => comeTo(cluster.nodes[number % nodes]!, number, known));
  const coming = await come(size);
  const isGone = (number: number) => clients[number]!.isGone;
  const early = new Set(numbers.filter(isGone));

  const dead = cluster.nodes.pop()!;
  const orphans = numbers.filter((number) => number % nodes === nodes - 1);
  const talk = keepTalking(cluster.nodes[0]!);
  await Bun.sleep(ground.quick ? 500 : 3000);
  const comeBack = await costs(cluster, database);
  const killed = performance.now();
  await dead.server.crash();
  const delays = await inTurns(
    orphans,
    async (number) => {
      await comeTo(cluster.nodes[number % 2]!, number, known);
      return performance.now() - killed;
    },
    // Each waits by itself, as the client does, before it takes its turn.
    (number) => clients[number]!.closed.then(() => Bun.sleep(backoff(1, Math.random()))),
  );
  const back = await comeBack(orphans.length);
  const slowest = await talk.stop();
  const late = numbers.filter((number) => number % nodes < nodes - 1 && isGone(number) && !early.has(number));

  await cluster.stop();
  await database.stop();
  const count = (number: number) => number.toLocaleString("en");
  return {
    title: "One of three nodes is killed",
    unit: "ms after the kill",
    lines: [
      {
        what: `${count(orphans.length)} of ${count(size)} are back and have caught up`,
        numbers: { median: median(delays), p99: percentile(delays, 0.99), last: Math.max(...delays) },
        reaches: [],
      },
    ],
    notes: [
      `each waits as the client does, enters on another node, and asks for the ${missed} messages and more that it missed; ${atOnce} shake hands at a time`,
      `coming back cost ${back}`,
      `someone who talked meanwhile waited at most ${count(Math.round(slowest))} ms for a message to come back`,
      `before, all ${count(size)} came: ${coming}; so the code is warm`,
      "nodes and PostgreSQL share one core, the load has the other; where that is full, those who come wait for themselves",
      ...(early.size > 0 ? [`${count(early.size)} WERE SENT AWAY AGAIN while all came`] : []),
      ...(late.length > 0 ? [`${count(late.length)} MORE WERE SENT AWAY by the nodes that lived`] : []),
      ...(size < wanted
        ? [`ONLY ${count(size)}: a process may open ${openFilesMax()} files here (ulimit -n)`]
        : []),
    ],
  };
}

/** Starts counting; gives a function that says what so many have cost each. */
async function costs(cluster: Cluster, database: Database): Promise<(clients: number) => Promise<string>> {
  const start = performance.now();
  const load = process.cpuUsage();
  const before = await cluster.cpu();
  const postgres = database.meter();
  return async (clients) => {
    const took = performance.now() - start;
    const { user, system } = process.cpuUsage(load);
    const each = (cpu: number | null) => (cpu === null ? "?" : Math.round(cpu / clients));
    const share = (cpu: number | null) => (cpu === null ? "?" : Math.round(cpu / 10 / took));
    const [here, there] = [(await cluster.cpu()) - before, postgres()];
    const seconds = (took / 1000).toFixed(1);
    return `${seconds} s, ${each(here)} µs a client on the nodes (${share(here)} % of the core), ${each(there)} µs in PostgreSQL (${share(there)} %); the load took ${share(user + system)} % of the other`;
  };
}

/** Does the work for each, `atOnce` at a time, in the order in which they are ready; gives what came out, in the order given. */
async function inTurns<T>(
  numbers: readonly number[],
  work: (number: number) => Promise<T>,
  ready: (number: number) => Promise<unknown> = async () => {},
): Promise<T[]> {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  return await Promise.all(
    numbers.map(async (number) => {
      await ready(number);
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      const result = await work(number);
      const next = waiting.shift();
      if (next) next();
      else free++;
      return result;
    }),
  );
}

/** What everybody knows who has been here. */
async function visit(node: Contender, cursor: number): Promise<Known> {
  const client = await Client.connect(node, 0);
  const [{ epoch, peopleTag }] = JSON.parse(await client.ask({ type: "chat.enter" })) as [Known];
  await client.close();
  return { epoch, peopleTag, cursor };
}

async function arrive(node: Contender, number: number, { epoch, peopleTag, cursor }: Known): Promise<Client> {
  const client = await Client.connect(node, number);
  await client.ask({ type: "chat.enter", people: peopleTag });
  const synced = await client.ask({ type: "conversation.sync", conversation: "group", epoch, after: cursor });
  const [{ upTo, head }] = JSON.parse(synced) as [{ upTo: number; head: number }];
  if (upTo < head || head < cursor + missed) throw new Error(`A client caught up to ${upTo} of ${head}`);
  return client;
}

/** A node that is short of something may turn a client away, who then tries again, later each time. */
async function comeTo(node: Contender, number: number, known: Known): Promise<Client> {
  for (let attempt = 2; ; attempt++) {
    try {
      return await arrive(node, number, known);
    } catch (error) {
      if (attempt > triesMax) throw error;
      await Bun.sleep(backoff(attempt, Math.random()));
    }
  }
}

/** Says something now and then until it is stopped, and tells the milliseconds that the slowest took to come back. */
function keepTalking(node: Contender): { stop(): Promise<number> } {
  let stopped = false;
  const talk = async () => {
    const client = await Client.connect(node, 0);
    let slowest = 0;
    while (!stopped) {
      const start = performance.now();
      await client.say(node);
      slowest = Math.max(slowest, performance.now() - start);
      await Bun.sleep(talkEveryMs);
    }
    return slowest;
  };
  const talking = talk();
  return {
    stop() {
      stopped = true;
      return talking;
    },
  };
}
