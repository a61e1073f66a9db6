import type { Disk } from "../disk.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";

/** The disk of another machine: only what PostgreSQL says when it has to grow tells how it is. */
export const postgresDisk = (db: Db): Disk => ({
  free: async () => null,
  tryWriting: () =>
    withDbErrors(async () => {
      await db.sql.begin(async (tx) => {
        // By another key each time, so that no node waits for another; of random text, which cannot be made smaller.
        const [row] = await tx`
          insert into meta (key, value)
          select 'room ' || gen_random_uuid(), string_agg(gen_random_uuid()::text, '') from generate_series(1, 2000)
          returning key`;
        await tx`delete from meta where key = ${row.key}`;
      });
    }),
});
