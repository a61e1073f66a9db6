import { eq } from "drizzle-orm";
import type { House } from "../../protocol/house.ts";
import type { HouseKeeping } from "../kept/house.ts";
import { log } from "./audit.ts";
import { guarded } from "./guarded.ts";
import { type Author, tell } from "./notices.ts";
import type { Db, Transaction } from "./open.ts";
import { house } from "./schema-doors.ts";

const key = "house";

export async function readHouse(db: Pick<Transaction, "select">): Promise<House | null> {
  const [row] = await db.select().from(house).where(eq(house.key, key));
  return row ? (JSON.parse(row.value) as House) : null;
}

/** Sets the server up, where it is not; false where it is: of those who do it at once, one does. */
export async function beginHouse(db: Transaction, author: Author, rules: House): Promise<boolean> {
  const value = JSON.stringify(rules);
  const [begun] = await db.insert(house).values({ key, value }).onConflictDoNothing().returning();
  if (begun) await tell(db, author, { kind: "house.changed", house: rules });
  return begun !== undefined;
}

export function postgresHouse(db: Db, author: Author): HouseKeeping {
  return {
    read: () => guarded(() => readHouse(db.orm)),
    write: (rules, act) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          const value = JSON.stringify(rules);
          await tx
            .insert(house)
            .values({ key, value })
            .onConflictDoUpdate({ target: house.key, set: { value } });
          await tell(tx, author, { kind: "house.changed", house: rules });
          await log(tx, act);
        }),
      ),
  };
}
