import { join } from "node:path";

import { SQL } from "bun";
import { commitLoop } from "../../../server/messages/commit-loop.ts";
import type { Draft } from "../../../server/store/messages.ts";
import { openPostgres } from "../../../server/store/postgres/open.ts";
import { postgresStore } from "../../../server/store/postgres/store.ts";
import { openDatabase } from "../../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../../server/store/sqlite/store.ts";
import type { Store } from "../../../server/store/store.ts";
import { browserSystem } from "../../../web/transport/system.ts";
import { bareInsert } from "../bare-insert.ts";
import { type Spread, spreads, talkers } from "../conversations.ts";
import { startDatabase } from "../database.ts";
import type { Ground } from "../ground.ts";
import type { Line, Section } from "../report.ts";
import { inRounds, median, ratio } from "../rounds.ts";
import { makeServerFolder, text } from "../server-folder.ts";

const nodes = 3;
/** What waits for each writer: twice what the commit loop takes at once, so that it never has to wait itself. */
const waiting = 400;
const { newId } = browserSystem;

/** Stores drafts for so long; gives how many. */
type Writer = (spread: Spread, ms: number) => Promise<number>;

/** How many messages a second the store takes, through the commit loop, when there are always more. */
export async function storeThroughput(ground: Ground): Promise<Section> {
  const folder = await makeServerFolder(talkers);
  const database = await startDatabase(ground);
  const [urlOfOne, urlOfAll, urlOfFloor] = [
    await database.move(folder),
    await database.move(folder),
    await database.move(folder),
  ];
  const fail = (error: unknown) => {
    throw error;
  };
  const sqlite = sqliteStore(openDatabase(join(folder.dataDir, "chat.sqlite")));
  const open = async (url: string, node: number) =>
    postgresStore(await openPostgres({ url, connections: 8 }, fail), {
      origin: `node-${node}`,
      now: Date.now,
    });
  const one = await open(urlOfOne, 0);
  const all = await Promise.all(Array.from({ length: nodes }, (_, node) => open(urlOfAll, node)));
  const floor = await bareInsert(urlOfFloor, nodes);

  const measured = {
    SQLite: [through(sqlite)],
    "1 node": [through(one)],
    [`${nodes} nodes`]: all.map(through),
    floor: [floor.writers[0]!],
    [`${nodes} × floor`]: floor.writers,
  } as Record<Name, Writer[]>;
  const lines: Line[] = [];
  const notes = [
    "the store and the commit loop run with the load on one core, PostgreSQL on the other, fsync on; several nodes are several stores, with connections and commit loops of their own, in that one process",
    "the floor is the same rows by one bare INSERT … SELECT unnest of 200 at a time: no numbers given, no duplicates looked for",
  ];
  for (const spread of Object.values(spreads))
    for (const writers of Object.values(measured)) await store(writers, spread, ground.quick ? 200 : 1000);
  for (const url of [urlOfOne, urlOfAll, urlOfFloor]) await database.analyze(url);
  for (const [what, spread] of Object.entries(spreads)) {
    const { line, says } = await compare(ground, what, spread, measured, database.meter);
    lines.push(line);
    notes.push(says);
  }
  const sql = new SQL({ url: urlOfOne, max: 1 });
  const [{ bytes }] = await sql`
    select pg_total_relation_size('chat_messages') / count(*) as bytes from chat_messages`;
  await sql.close();
  notes.push(`a message of ${text.length} characters takes ${bytes} bytes of PostgreSQL, with its indexes`);
  await Promise.all([sqlite, one, ...all].map((store) => store.close()));
  await floor.close();
  await database.stop();
  return { title: "What the store takes", unit: "messages a second", lines, notes };
}

const names = ["SQLite", "1 node", `${nodes} nodes`, "floor", `${nodes} × floor`] as const;
type Name = (typeof names)[number];

async function compare(
  ground: Ground,
  what: string,
  spread: Spread,
  writers: Record<Name, Writer[]>,
  meter: () => () => number | null,
): Promise<{ line: Line; says: string }> {
  const cost: Record<string, number[]> = {};
  const run = async (name: Name, ms: number) => {
    const stop = meter();
    const start = performance.now();
    const sum = await store(writers[name], spread, ms);
    cost[name] = [...(cost[name] ?? []), (stop() ?? Number.NaN) / sum];
    return ((performance.now() - start) * 1000) / sum;
  };
  const measures = Object.fromEntries(
    names.map((name) => [name, () => run(name, ground.quick ? 300 : 800)]),
  ) as Record<Name, () => Promise<number>>;
  const took = await inRounds(ground.quick ? 1 : 5, measures);
  const perSecond = Object.fromEntries(names.map((name) => [name, 1e6 / median(took[name])]));
  const costs = names.slice(1).map((name) => `${name} ${median(cost[name]!).toFixed(1)}`);
  return {
    line: {
      what,
      numbers: {
        ...perSecond,
        "floor/1 node": ratio(took, "1 node", "floor"),
        "3 × floor/3 nodes": ratio(took, `${nodes} nodes`, `${nodes} × floor`),
      },
      reaches: [],
    },
    says: `${what}: PostgreSQL's CPU, µs a message: ${costs.join(", ")}`,
  };
}

/** All of them at once; gives how many they stored. */
async function store(writers: Writer[], spread: Spread, ms: number): Promise<number> {
  const stored = await Promise.all(writers.map((writer) => writer(spread, ms)));
  return stored.reduce((one, other) => one + other);
}

/** A node's way of storing, without what it then delivers. */
function through(store: Store): Writer {
  const loop = commitLoop(store.messages, () => {});
  return async (spread, ms) => {
    const end = performance.now() + ms;
    let stored = 0;
    const keepOn = async (_: unknown, slot: number) => {
      const author = slot % talkers;
      const conversations = spread(author);
      for (let turn = slot; performance.now() < end; turn++) {
        await loop.append(draft(author, conversations[turn % conversations.length]!));
        stored++;
      }
    };
    await Promise.all(Array.from({ length: waiting }, keepOn));
    return stored;
  };
}

const draft = (author: number, conversation: Draft["conversation"]): Draft => ({
  conversation,
  author: author + 1,
  clientId: newId(),
  body: { text },
  createdAt: Date.now(),
});
