import { startOurs } from "../contenders.ts";
import { startDatabase } from "../database.ts";
import type { Ground } from "../ground.ts";
import { makeHouse } from "../house.ts";
import type { Line, Section } from "../report.ts";
import { median } from "../rounds.ts";
import { growthOf } from "./memory.ts";

const size = 500;
const mebibyte = 1024 * 1024;

interface Found {
  resident: number;
  idle: number;
  database: number;
  first: number;
  again: number;
}

/** What a node takes beside a single process: of memory, with nobody there and for each connection, and of CPU when nothing happens. */
export async function nodeMemory(ground: Ground): Promise<Section> {
  const idleMs = ground.quick ? 1000 : 4000;
  const house = await makeHouse(size);
  const database = await startDatabase(ground);
  const kinds: Record<string, Record<string, string>> = {
    "one process": {},
    node: { DATABASE_URL: await database.move(house) },
  };

  async function measure(settings: Record<string, string>): Promise<Found> {
    const contender = await startOurs(ground, house, settings);
    await Bun.sleep(1000);
    const before = await contender.server.ask("read");
    const postgres = database.meter();
    await Bun.sleep(idleMs);
    const after = await contender.server.ask("read");
    const perSecond = (cpu: number) => cpu / (idleMs / 1000);
    return {
      resident: after.resident / mebibyte,
      idle: perSecond(after.cpu - before.cpu),
      database: perSecond(postgres() ?? Number.NaN),
      ...(await growthOf(contender, size)),
    };
  }
  const found: Record<string, Found[]> = {};
  for (let round = 0; round < (ground.quick ? 1 : 3); round++)
    for (const [kind, settings] of Object.entries(kinds))
      found[kind] = [...(found[kind] ?? []), await measure(settings)];
  await database.stop();

  const line = (what: string, of: keyof Found): Line => {
    const numbers = Object.entries(found).map(([kind, all]) => [kind, median(all.map((each) => each[of]))]);
    return { what, numbers: Object.fromEntries(numbers), reaches: [] };
  };
  return {
    title: "A node beside a single process",
    unit: "",
    lines: [
      line("resident MiB, nobody there", "resident"),
      line(`resident KiB a connection, ${size} on a fresh one`, "first"),
      line(`resident KiB a connection, ${size} who come again`, "again"),
      line("CPU when nothing happens, µs a second", "idle"),
      line("PostgreSQL's CPU meanwhile, µs a second", "database"),
    ],
    notes: [
      "a node looks at the database every 0.8 s; what PostgreSQL takes beside the single process is its own doing",
    ],
  };
}
