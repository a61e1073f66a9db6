import { findProgram } from "../../scripts/find-program.ts";

/** How the nodes are reached, and how they reach PostgreSQL. */
export interface Network {
  /** Addresses on which PostgreSQL has to listen. */
  databaseAddresses: string[];
  /** Where a node finds PostgreSQL. */
  databaseOf(node: number): string;
  /** Where clients find a node. */
  addressOf(node: number): string;
  /** A command, so that it runs where the node is. */
  inside(node: number, command: string[]): string[];
  /** The namespaces it is made of; removing them removes all of it. */
  namespaces: string[];
  /** Keeps a node from PostgreSQL, and clients do not notice. */
  cut(node: number, way: "silently" | "down"): void;
  heal(node: number): void;
}

/** Everything on 127.0.0.1; nothing can be cut off. */
export const oneHost: Network = {
  databaseAddresses: [],
  databaseOf: () => "127.0.0.1",
  addressOf: () => "127.0.0.1",
  inside: (_, command) => command,
  namespaces: [],
  cut() {
    throw new Error("Only a node in a namespace of its own can be cut off.");
  },
  heal() {},
};

/** Whether network namespaces can be made here: that needs root and iproute2. */
export function canSeparate(): boolean {
  if (process.platform !== "linux" || findProgram("ip") === null) return false;
  const probe = `secure-chat-probe-${process.pid}`;
  if (!Bun.spawnSync(["ip", "netns", "add", probe], { stdio: ["ignore", "ignore", "ignore"] }).success)
    return false;
  ip("netns", "del", probe);
  return true;
}

/** All addresses that are used. */
export const range = "198.18.0.0/15";

/** A packet sent there arrives nowhere. */
const nowhere = "02:00:00:00:00:01";

/**
 * Each node in a network namespace of its own, on two links: one for its clients, one to PostgreSQL, which can
 * be cut. The addresses are of the range for benchmarks, in a part of it that belongs to this process.
 */
export function separated(nodes: number): Network {
  const id = process.pid % 4096;
  /** Each link is a network of four addresses, of which the host has the first and the node the second. */
  const address = (node: number, link: 0 | 1, end: 1 | 2) => {
    const number = id * 32 + (node * 2 + link) * 4 + end;
    return `198.${18 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
  };
  const spaceOf = (node: number) => `secure-chat-${process.pid}-${node}`;
  const outer = (node: number, link: 0 | 1) => `sc${process.pid.toString(36)}x${node}${link}`;
  const inner = (link: 0 | 1) => ["clients", "database"][link]!;

  for (let node = 0; node < nodes; node++) {
    const space = spaceOf(node);
    ip("netns", "add", space);
    ip("-n", space, "link", "set", "lo", "up");
    for (const link of [0, 1] as const) {
      ip("link", "add", outer(node, link), "type", "veth", "peer", "name", inner(link), "netns", space);
      ip("addr", "add", `${address(node, link, 1)}/30`, "dev", outer(node, link));
      ip("link", "set", outer(node, link), "up");
      ip("-n", space, "addr", "add", `${address(node, link, 2)}/30`, "dev", inner(link));
      ip("-n", space, "link", "set", inner(link), "up");
    }
  }

  return {
    databaseAddresses: Array.from({ length: nodes }, (_, node) => address(node, 1, 1)),
    databaseOf: (node) => address(node, 1, 1),
    addressOf: (node) => address(node, 0, 2),
    inside: (node, command) => ["ip", "netns", "exec", spaceOf(node), ...command],
    namespaces: Array.from({ length: nodes }, (_, node) => spaceOf(node)),
    cut(node, way) {
      if (way === "down") return ip("-n", spaceOf(node), "link", "set", inner(1), "down");
      const lost = ["lladdr", nowhere, "nud", "permanent", "dev"];
      ip("neigh", "replace", address(node, 1, 2), ...lost, outer(node, 1));
      ip("-n", spaceOf(node), "neigh", "replace", address(node, 1, 1), ...lost, inner(1));
    },
    heal(node) {
      ip("-n", spaceOf(node), "link", "set", inner(1), "up");
      // Whatever is known of the other end is asked for anew.
      ip("neigh", "flush", "dev", outer(node, 1), "nud", "all");
      ip("-n", spaceOf(node), "neigh", "flush", "dev", inner(1), "nud", "all");
    },
  };
}

function ip(...words: string[]): void {
  const done = Bun.spawnSync(["ip", ...words]);
  if (!done.success) throw new Error(`ip ${words.join(" ")}: ${done.stderr}`);
}
