import { markOfPepper, pepperMark } from "../store/postgres/cluster.ts";
import { refuseUnfinished } from "../store/postgres/copy.ts";
import { beside, type Db, openPostgres } from "../store/postgres/open.ts";
import { postgresStore } from "../store/postgres/store.ts";
import type { System } from "../system.ts";
import type { Shared } from "./cluster.ts";
import { registry } from "./registry.ts";
import { openSignals } from "./signals.ts";

/** Opens the database that a node shares with others, brought up to date. Throws a sentence where that cannot be. */
export async function openNode(
  /** Where this node has its secrets, for who reads what is wrong with them. */
  secretsPath: string,
  postgres: Parameters<typeof openPostgres>[0] & { url: string },
  system: System,
  report: (error: unknown) => void,
) {
  const name = Buffer.from(system.random(8)).toString("hex");
  const db = await openPostgres(postgres, report);
  await refuseUnfinished(db).catch(async (error) => {
    await db.close();
    throw error;
  });
  const store = postgresStore(db, { origin: name, now: system.now });
  // However many read at once: a node that cannot look sends everybody away, who would then read elsewhere.
  const apart = beside({ url: postgres.url, connections: 2 }, db.epoch, report);
  return {
    store,
    async share({ pepper }: { pepper: Uint8Array }): Promise<Shared> {
      await requireSamePepper(db, pepper, secretsPath);
      const { url } = postgres;
      const signals = openSignals({ url, secret: pepper, node: name, epoch: () => db.epoch, system, report });
      const shared: Shared = {
        name,
        registry: registry(apart, name, system.now),
        signals,
        renew() {
          db.renew();
          apart.renew();
        },
        setEpoch(epoch) {
          const isNew = epoch !== db.epoch;
          db.epoch = epoch;
          return isNew;
        },
      };
      return shared;
    },
    close: async () => {
      await Promise.all([apart.close(), store.close()]);
    },
  };
}

/** With another pepper no password of the others would work here, and none made here would work there. */
async function requireSamePepper(db: Db, pepper: Uint8Array, secretsPath: string) {
  const mark = markOfPepper(pepper);
  if ((await pepperMark(db, mark)) === mark) return;
  throw new Error(
    `${secretsPath} is not the one of this database. Copy it from a node that uses the same database: no password works with another.`,
  );
}
