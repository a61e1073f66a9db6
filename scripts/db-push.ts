import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../server/config/environment.ts";
import { openPostgres } from "../server/store/postgres/open.ts";
import { openDatabase } from "../server/store/sqlite/open.ts";
import { command } from "./setup.ts";

// Brings the database up to date with the SQL in drizzle/, as every start does.
await command(async () => {
  const { dataDir, postgres } = parseConfig(Bun.env);
  if (postgres) {
    const database = await openPostgres(postgres, console.error);
    await database.close();
    const { host, pathname } = new URL(postgres.url);
    console.log(`The database ${pathname.slice(1)} at ${host} is up to date.`);
    return 0;
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, "chat.sqlite");
  const database = await openDatabase(path);
  await database.close();
  console.log(`${path} is up to date.`);
  return 0;
});
