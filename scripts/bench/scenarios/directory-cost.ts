import { join } from "node:path";
import { openDatabase } from "../../../server/db/sqlite/open.ts";
import { Client } from "../client.ts";
import { startOurs } from "../contenders.ts";
import type { Ground } from "../ground.ts";
import { makeHouse } from "../house.ts";
import type { Line, Section } from "../report.ts";

/** What entering costs by how many accounts there are: everyone is told of everyone once, and again after each change. */
export async function directoryCost(ground: Ground): Promise<Section> {
  const times = ground.quick ? 10 : 50;
  const lines: Line[] = [];
  for (const accounts of ground.quick ? [1_000, 10_000] : [1_000, 10_000, 100_000]) {
    const house = await makeHouse(1);
    addAccounts(house.dataDir, accounts);
    const ours = await startOurs(ground, house);
    const client = await Client.connect(ours, 0);
    const enter = async (people: string | undefined) => {
      let bytes = 0;
      const before = await ours.server.ask("read");
      for (let time = 0; time < times; time++)
        bytes = (await client.ask({ type: "chat.enter", ...(people && { people }) })).length;
      const after = await ours.server.ask("read");
      return { cpu: (after.cpu - before.cpu) / times, kib: bytes / 1024 };
    };
    await enter(undefined);
    const [{ peopleTag }] = JSON.parse(await client.ask({ type: "chat.enter" })) as [{ peopleTag: string }];
    const [first, again] = [await enter(undefined), await enter(peopleTag)];
    lines.push({
      what: `${accounts.toLocaleString("en")} accounts`,
      numbers: {
        "the first time, µs of CPU": first.cpu,
        "KiB then": first.kib,
        "with the directory known, µs": again.cpu,
        "KiB again": again.kib,
      },
      reaches: [],
    });
    await client.close();
    await ours.server.stop();
  }
  const notes = ["nobody else is online: each who is adds a number to every answer"];
  return { title: "To enter", unit: "a single process", lines, notes };
}

/** Accounts without sessions, up to so many; only their names count here. */
function addAccounts(dataDir: string, accounts: number): void {
  const db = openDatabase(join(dataDir, "chat.sqlite"));
  db.$client.run(
    `WITH RECURSIVE number (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
    INSERT INTO users (name, name_key, password_hash, created_at)
    SELECT 'member-' || n, 'member-' || n, 'none', 0 FROM number`,
    [accounts],
  );
  db.$client.close();
}
