import { join } from "node:path";
import { projectRoot } from "../../server/config/environment.ts";

export const balancers = ["haproxy", "caddy"] as const;
export type Balancer = (typeof balancers)[number];

/** Where a balancer listens, and what it stands in front of. */
export interface Front {
  /** "::" is every IPv6 and IPv4 address. */
  host: string;
  port: number;
  /** The folder with certificate.pem and authority.pem. */
  files: string;
  /** As host:port; at most `nodesMax`. */
  nodes: readonly string[];
}

/** As many as haproxy.cfg has lines for. */
export const nodesMax = 9;

export const configurations = {
  haproxy: join(projectRoot, "scripts/cluster/haproxy.cfg"),
  caddy: join(projectRoot, "scripts/cluster/Caddyfile"),
};

/** The variables that both configurations read. */
export function balancerEnv({ host, port, files, nodes }: Front): Record<string, string> {
  return {
    HOST: host,
    PORT: String(port),
    BALANCER_FILES: files,
    NODES: nodes.join(" "),
    ...Object.fromEntries(nodes.map((node, at) => [`NODE_${at + 1}`, node])),
    CADDY_ADMIN: `unix/${join(files, "caddy.sock")}`,
    // Where Caddy keeps notes of its own.
    XDG_CONFIG_HOME: files,
    XDG_DATA_HOME: files,
  };
}

/** Runs the balancer until it is told to stop, on the configuration that stands in this folder. */
export function balancerCommand(balancer: Balancer, program: string): string[] {
  const file = configurations[balancer];
  return balancer === "haproxy"
    ? [program, "-W", "-db", "-f", file]
    : [program, "run", "--config", file, "--adapter", "caddyfile"];
}

/** What of a balancer's own words a person who watches it wants to see; null where a line says nothing to them. */
export function tellingOf(balancer: Balancer, line: string): string | null {
  if (balancer === "haproxy")
    return /^Server nodes\/(\w+) is (UP|DOWN)\b/.exec(line)?.slice(1).join(" is ") ?? alertOf(line);
  const { level, msg, error } = parsed(line);
  return level === "error" ? [msg, error].filter(Boolean).join(": ") : null;
}

const alertOf = (line: string) =>
  /^\[ALERT\][^:]*: (?!.*\((?:Terminated|Killed)\))(.*)/.exec(line)?.[1] ?? null;

function parsed(line: string): { level?: string; msg?: string; error?: string } {
  return line.startsWith("{") && line.endsWith("}") ? JSON.parse(line) : {};
}
