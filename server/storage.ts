import { join } from "node:path";
import type { Shared } from "./cluster/cluster.ts";
import { registry } from "./cluster/registry.ts";
import { openSignals } from "./cluster/signals.ts";
import type { Config } from "./config/environment.ts";
import type { Secrets } from "./config/secrets.ts";
import { markOfPepper, pepperMark } from "./store/postgres/cluster.ts";
import { refuseUnfinished } from "./store/postgres/copy.ts";
import { beside, type Db, openPostgres } from "./store/postgres/open.ts";
import { postgresStore } from "./store/postgres/store.ts";
import { lockData } from "./store/sqlite/lock.ts";
import { storeOnThread } from "./store/sqlite/thread.ts";
import type { Store } from "./store/store.ts";
import type { System } from "./system.ts";

/** What a server keeps its data in, and what it shares with other servers. */
export interface Storage {
  store: Store;
  /** What this process shares with other nodes on the same data; null where it is the only one. */
  share(secrets: Secrets): Promise<Shared | null>;
  close(): Promise<void>;
}

/** Another process holds the data folder, which serves one. */
export class FolderInUse extends Error {
  override name = "FolderInUse";
}

type Deps = Pick<Config, "dataDir" | "postgres">;
type Report = (error: unknown) => void;

/** Opens what the configuration names, made and brought up to date. Throws a sentence where that cannot be. */
export function openStorage(
  config: Deps,
  system: System,
  report: Report,
  /** Is told that nothing can be stored any more. */
  died: Report = report,
): Promise<Storage> {
  return config.postgres === null
    ? openFolder(config.dataDir, report, died)
    : openNode(config, config.postgres, system, report);
}

async function openFolder(dataDir: string, report: Report, died: Report): Promise<Storage> {
  const unlock = lockData(join(dataDir, "lock"));
  if (!unlock)
    throw new FolderInUse(
      `${dataDir} is in use by another secure-chat. Stop it, or choose another folder with DATA_DIR.`,
    );
  const [path, note] = [join(dataDir, "chat.sqlite"), join(dataDir, "incarnation.json")];
  const store = await storeOnThread({ path, note, report, died });
  return {
    store,
    share: async () => null,
    async close() {
      await store.close();
      unlock();
    },
  };
}

async function openNode(
  { dataDir }: Deps,
  postgres: NonNullable<Config["postgres"]>,
  system: System,
  report: Report,
): Promise<Storage> {
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
    async share({ pepper }) {
      await requireSamePepper(db, pepper, dataDir);
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
async function requireSamePepper(db: Db, pepper: Uint8Array, dataDir: string) {
  const mark = markOfPepper(pepper);
  if ((await pepperMark(db, mark)) === mark) return;
  throw new Error(
    `${join(dataDir, "secrets.json")} is not the one of this database. Copy it from a node that uses the same database: no password works with another.`,
  );
}
