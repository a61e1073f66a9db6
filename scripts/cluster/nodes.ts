import { Child } from "./child.ts";
import { healthy } from "./ports.ts";

interface Shared {
  dataDir: string;
  databaseUrl: string;
  host: string;
  origins: readonly string[];
  behindBalancer: boolean;
  drainSeconds: number;
}

export interface Node {
  child: Child;
  port: number;
  drainSeconds: number;
}

/** The nodes of a cluster, one for each port: the server as it is, each a process of its own. */
export function nodes(ports: readonly number[], shared: Shared): Node[] {
  return ports.map((port, at) => ({
    port,
    drainSeconds: shared.drainSeconds,
    child: new Child({
      name: `node${at + 1}`,
      command: [process.execPath, "server/main.ts"],
      env: { ...process.env, ...envOf(port, shared) },
      shows: troubleOf,
      whenUp: (lives) => healthy(port, lives),
    }),
  }));
}

function envOf(port: number, shared: Shared): Record<string, string> {
  return {
    DATABASE_URL: shared.databaseUrl,
    HOST: shared.host,
    PORT: String(port),
    DATA_DIR: shared.dataDir,
    ORIGINS: shared.origins.join(","),
    TRUSTED_PROXIES: shared.behindBalancer ? "127.0.0.1,::1" : "",
    DRAIN_SECONDS: String(shared.drainSeconds),
    // A certificate of one's own is the balancer's to show, where there is one.
    ...(shared.behindBalancer ? { TLS_CERT: "", TLS_KEY: "" } : {}),
  };
}

/** Events are logged as JSON; the rest is what every start tells, and told once is enough. */
const troubleOf = (line: string): string | null => (line.startsWith("{") ? line : null);
