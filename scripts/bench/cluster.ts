import { type Contender, startOurs } from "./contenders.ts";
import type { Ground } from "./ground.ts";
import type { ServerFolder } from "./server-folder.ts";

/** Several of our servers on the same data. */
export interface Cluster {
  nodes: Contender[];
  /** Server CPU of all nodes since their start, in microseconds. */
  cpu(): Promise<number>;
  stop(): Promise<void>;
}

interface Wanted {
  folder: ServerFolder;
  /** The database that the folder was moved to; without it there is one process, on the file of the folder. */
  url?: string;
  nodes: number;
}

export async function startCluster(ground: Ground, { folder, url, nodes: count }: Wanted): Promise<Cluster> {
  const env: Record<string, string> = url ? { DATABASE_URL: url } : {};
  const nodes: Contender[] = [];
  for (let node = 0; node < count; node++) nodes.push(await startOurs(ground, folder, env));
  return {
    nodes,
    async cpu() {
      const readings = await Promise.all(nodes.map(({ server }) => server.ask("read")));
      return readings.reduce((sum, { cpu }) => sum + cpu, 0);
    },
    async stop() {
      await Promise.all(nodes.map(({ server }) => server.stop()));
    },
  };
}
