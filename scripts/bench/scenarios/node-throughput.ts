import { type Cluster, startCluster } from "../cluster.ts";
import { hot, type Spread, spreads, talkers } from "../conversations.ts";
import { enter } from "../crowd.ts";
import { type Database, startDatabase } from "../database.ts";
import type { Ground } from "../ground.ts";
import type { Line, Section } from "../report.ts";
import { inRounds, median } from "../rounds.ts";
import { makeServerFolder } from "../server-folder.ts";
import { keepTalking } from "../talk.ts";
import type { Wire } from "../wire.ts";

const names = ["SQLite", "1 node", "3 nodes"] as const;
type Name = (typeof names)[number];
type Router = { cluster: Cluster; wires: Wire[]; url?: string };

interface Kind {
  spread: Spread;
  /** How many people speak, and how many messages of each are on their way. */
  speakers: number;
  inFlight: number;
}

const kinds: Record<string, Kind> = {
  "one at a time": { spread: hot, speakers: 1, inFlight: 1 },
  ...Object.fromEntries(
    Object.entries(spreads).map(([what, spread]) => [what, { spread, speakers: talkers, inFlight: 16 }]),
  ),
};

/** How many messages a second go from sockets to disk to sockets, and what each costs, on one process and on nodes. */
export async function nodeThroughput(ground: Ground): Promise<Section> {
  const database = await startDatabase(ground);
  const places = {
    SQLite: await gather(ground, database, null),
    "1 node": await gather(ground, database, 1),
    "3 nodes": await gather(ground, database, 3),
  };
  const lines: Line[] = [];
  for (const kind of Object.values(kinds))
    for (const place of Object.values(places)) await talk(place, kind, database, ground.quick ? 200 : 1000);
  for (const { url } of Object.values(places)) if (url) await database.analyze(url);
  for (const [what, kind] of Object.entries(kinds))
    lines.push(...(await compare(ground, database, places, what, kind)));
  for (const { cluster, wires } of Object.values(places)) {
    for (const wire of wires) wire.close();
    await cluster.stop();
  }
  await database.stop();
  return {
    title: "Through sockets",
    unit: "",
    lines,
    notes: [
      `${talkers} people, spread over the nodes; all of them hear the hot conversation, two each of the others`,
      `${talkers * kinds["one hot conversation"]!.inFlight} messages are on their way, but for the first lines; PostgreSQL with fsync`,
      "all nodes and PostgreSQL share one core here: this shows what several cost, and not how much more they can do",
    ],
  };
}

async function gather(ground: Ground, database: Database, nodes: number | null): Promise<Router> {
  const folder = await makeServerFolder(talkers);
  const url = nodes === null ? undefined : await database.move(folder);
  const cluster = await startCluster(ground, { folder, url, nodes: nodes ?? 1 });
  const wires: Wire[] = [];
  for (let person = 0; person < talkers; person++)
    wires.push(await enter(cluster.nodes[person % cluster.nodes.length]!, person));
  return { cluster, wires, url };
}

/** In microseconds a message. */
interface Cost {
  took: number;
  server: number;
  postgres: number;
}

async function talk(
  { cluster, wires }: Router,
  { spread, speakers, inFlight }: Kind,
  database: Database,
  ms: number,
): Promise<Cost> {
  const before = await cluster.cpu();
  const postgres = database.meter();
  const start = performance.now();
  const said = await Promise.all(
    wires
      .slice(0, speakers)
      .map((wire, person) => keepTalking(wire, person + 1, spread(person), inFlight, ms)),
  );
  const took = (performance.now() - start) * 1000;
  const sum = said.reduce((one, other) => one + other);
  return {
    took: took / sum,
    server: ((await cluster.cpu()) - before) / sum,
    postgres: (postgres() ?? Number.NaN) / sum,
  };
}

async function compare(
  { quick }: Ground,
  database: Database,
  places: Record<Name, Router>,
  what: string,
  kind: Kind,
): Promise<Line[]> {
  const costs: Record<Name, Cost[]> = { SQLite: [], "1 node": [], "3 nodes": [] };
  const measureOf = (name: Name) => async () => {
    const cost = await talk(places[name], kind, database, quick ? 400 : 1000);
    costs[name].push(cost);
    return cost.took;
  };
  await inRounds(quick ? 1 : 5, {
    SQLite: measureOf("SQLite"),
    "1 node": measureOf("1 node"),
    "3 nodes": measureOf("3 nodes"),
  });
  const of = (name: Name, part: keyof Cost) => median(costs[name].map((cost) => cost[part]));
  const line = (which: string, number: (name: Name) => number, among: readonly Name[] = names): Line => ({
    what: `${what}: ${which}`,
    numbers: Object.fromEntries(among.map((name) => [name, number(name)])),
    reaches: [],
  });
  return [
    line("messages a second", (name) => 1e6 / of(name, "took")),
    line("server CPU, µs a message", (name) => of(name, "server")),
    line("PostgreSQL CPU, µs a message", (name) => of(name, "postgres"), ["1 node", "3 nodes"]),
  ];
}
