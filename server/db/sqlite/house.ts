import { eq } from "drizzle-orm";
import type { House } from "../../protocol/house.ts";
import type { HouseKeeping } from "../kept/house.ts";
import { log, type Writer } from "./audit.ts";
import { guarded } from "./guarded.ts";
import type { Db } from "./open.ts";
import { house } from "./schema-doors.ts";

const key = "house";

export const readHouse = (db: Writer): House | null => {
  const row = db.select().from(house).where(eq(house.key, key)).get();
  return row ? (JSON.parse(row.value) as House) : null;
};

export function writeHouse(db: Writer, rules: House): void {
  const value = JSON.stringify(rules);
  db.insert(house).values({ key, value }).onConflictDoUpdate({ target: house.key, set: { value } }).run();
}

export function sqliteHouse(db: Db): HouseKeeping {
  return {
    read: () => guarded(() => readHouse(db)),
    write: (rules, act) =>
      guarded(() =>
        db.transaction((tx) => {
          writeHouse(tx, rules);
          log(tx, act);
        }),
      ),
  };
}
