import { registry } from "../../../server/cluster/registry.ts";
import type { Draft } from "../../../server/db/kept/messages.ts";
import { openPostgres } from "../../../server/db/postgres/open.ts";
import { postgresStore } from "../../../server/db/postgres/store.ts";
import { browserSystem } from "../../../web/transport/system.ts";
import { startDatabase } from "../database.ts";
import type { Ground } from "../ground.ts";
import { makeHouse, text } from "../house.ts";
import type { Line, Section } from "../report.ts";
import { median } from "../rounds.ts";

const people = 200;
const batch = 100;
const { newId } = browserSystem;

/** What a look costs, by how many conversations have grown since the former one. */
export async function lookCost(ground: Ground): Promise<Section> {
  const house = await makeHouse(people);
  const database = await startDatabase(ground);
  const fail = (error: unknown) => {
    throw error;
  };
  const db = await openPostgres({ url: await database.move(house), connections: 2 }, fail);
  const store = postgresStore(db, { origin: "bench", now: Date.now });
  const node = registry(db, "bench", Date.now);
  const { next } = await node.look(null);
  const drafts = draftsOf(pairs());

  async function lineOf(grown: number): Promise<Line> {
    const times = ground.quick ? 10 : 50;
    const took: number[] = [];
    for (let time = 0; time < 5; time++) await node.look(next);
    const postgres = database.meter();
    const before = process.cpuUsage();
    let bytes = 0;
    for (let time = 0; time < times; time++) {
      const start = performance.now();
      const look = await node.look(next);
      took.push(performance.now() - start);
      if (look.grown.length !== grown) throw new Error(`A look found ${look.grown.length} of ${grown}`);
      bytes = JSON.stringify(look.grown).length;
    }
    const { user, system } = process.cpuUsage(before);
    const inside = postgres();
    return {
      what: `${grown.toLocaleString("en")} have grown`,
      numbers: {
        "ms until it is there": median(took),
        "node CPU, ms": (user + system) / 1000 / times,
        ...(inside !== null && { "PostgreSQL CPU, ms": inside / 1000 / times }),
        "KiB of what has grown": bytes / 1024,
      },
      reaches: [],
    };
  }

  const lines: Line[] = [];
  let written = 0;
  for (const grown of ground.quick ? [0, 1_000] : [0, 100, 1_000, 10_000]) {
    for (; written < grown; written += batch)
      await store.messages.append(drafts.slice(written, written + batch));
    lines.push(await lineOf(written));
  }
  await store.close();
  await database.stop();
  const notes = ["every node looks every 0.8 s, and whenever it is told to"];
  return { title: "A look at what has grown", unit: "a look", lines, notes };
}

/** All private conversations there can be. */
const pairs = () =>
  Array.from({ length: people }, (_, at) => at + 1).flatMap((one) =>
    Array.from({ length: people - one }, (_, more) => [one, one + more + 1] as const),
  );

const draftsOf = (all: (readonly [number, number])[]): Draft[] =>
  all.map(([one, other]) => ({
    conversation: `direct:${one}:${other}`,
    author: one,
    clientId: newId(),
    text,
    createdAt: Date.now(),
  }));
