import { join } from "node:path";
import type { Shared } from "./cluster/cluster.ts";
import type { Config } from "./config/environment.ts";
import type { Secrets } from "./config/secrets.ts";
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
export async function openStorage(
  config: Deps,
  system: System,
  report: Report,
  /** Is told that nothing can be stored any more. */
  died: Report = report,
): Promise<Storage> {
  const { dataDir, postgres } = config;
  if (postgres === null) return openFolder(dataDir, report, died);
  // Only who keeps the data there pays for reading this code at every start.
  const { openNode } = await import("./cluster/node-storage.ts");
  return openNode(join(dataDir, "secrets.json"), postgres, system, report);
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
