import { dirname } from "node:path";
import { eq } from "drizzle-orm";
import type { Disk } from "../disk.ts";
import { withDbErrors } from "./db-errors.ts";
import { freeIn } from "./free-room.ts";
import type { Db } from "./open.ts";
import { ormOf, run } from "./orm.ts";
import { meta } from "./schema.ts";

const key = "room";
/** More than what is left over in the last pages of a file. */
const value = "0".repeat(65_536);

export function sqliteDisk(db: Db): Disk {
  return {
    free: async () => {
      const path = db.$client.filename;
      return path === ":memory:" ? null : freeIn(dirname(path));
    },
    tryWriting: () =>
      withDbErrors(() =>
        db.$client
          .transaction(() => {
            run(ormOf(db).insert(meta).values({ key, value }));
            run(ormOf(db).delete(meta).where(eq(meta.key, key)));
          })
          .immediate(),
      ),
  };
}
