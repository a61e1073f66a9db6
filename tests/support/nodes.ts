import { afterAll, beforeAll, expect } from "bun:test";
import type { Shared } from "../../server/cluster/cluster.ts";
import { Incident } from "../../server/logging/incident.ts";
import { openStorage } from "../../server/storage.ts";
import type { Poll } from "../../server/store/postgres/cluster.ts";
import { system as realSystem } from "../../server/system.ts";
import { Person } from "./person.ts";
import { freshDatabase } from "./postgres.ts";
import { startServer, type TestServer, type TestServerOptions } from "./server.ts";

export interface TestNode extends TestServer {
  /** Of its database. */
  url: string;
  /** What this node shares with the others, to be spoiled by a test. */
  shared: Shared;
}

export interface NodeOptions extends Omit<TestServerOptions, "store" | "shared"> {
  url: string;
  /** Spoils what the node shares before it starts, such as its signals. */
  spoil?(shared: Shared): void;
}

/** One node in this process, with connections of its own: the real store, the real signals, real sockets over TLS. */
export async function startNode({ url, spoil, ...options }: NodeOptions): Promise<TestNode> {
  const system = options.system ?? realSystem;
  const bugs: unknown[] = [];
  const config = { dataDir: "", postgres: { url, connections: 4 } };
  const storage = await openStorage(config, system, (error) => {
    if (!(error instanceof Incident)) bugs.push(error);
  });
  const shared = await storage.share({ pepper: Buffer.alloc(32, 7) });
  if (!shared) throw new Error("There is no node without PostgreSQL.");
  spoil?.(shared);
  const server = await startServer({ ...options, store: storage.store, shared });
  return Object.assign(server, { url, shared, bugs: Object.assign(server.bugs, bugs) });
}

/** Several nodes on a new database of their own. */
export async function startNodes(count: number, options: Partial<NodeOptions> = {}): Promise<TestNode[]> {
  const url = options.url ?? (await freshDatabase());
  return Promise.all(Array.from({ length: count }, () => startNode({ ...options, url })));
}

/** Resolves when the node has looked and found what is asked for. */
export function finds({ shared: { registry } }: TestNode, found: (poll: Poll) => boolean): Promise<void> {
  const { poll } = registry;
  return new Promise((resolve) => {
    registry.poll = async (since) => {
      const result = await poll(since);
      // Once what was found is true on the node, which is right after it has it.
      if (found(result)) setImmediate(resolve);
      return result;
    };
  });
}

/** Signals of which none arrives: what they would have told has to be found by looking. */
export function deafen(shared: Shared): void {
  shared.signals.send = () => {};
}

/** Several nodes for all tests of a file, or of the `describe` it is called in, and people who have registered on the first. */
export function nodeStage<const Name extends string = never>({
  count = 2,
  people = [],
  ...options
}: Partial<NodeOptions> & { count?: number; people?: readonly Name[] } = {}) {
  const nodes = Array.from({ length: count }, () => ({}) as TestNode);
  const all = people.map((name) => [name, new Person(nodes[0]!, name)] as const);
  beforeAll(async () => {
    const started = await startNodes(count, options);
    for (const [at, node] of nodes.entries()) Object.assign(node, started[at]);
    for (const [, person] of all) await person.register();
  });
  afterAll(async () => {
    for (const node of nodes) await node.stop();
    expect(nodes.flatMap(({ bugs }) => bugs)).toEqual([]);
  });
  const [one, two, three] = nodes as [TestNode, TestNode, TestNode];
  return { nodes, one, two, three, ...(Object.fromEntries(all) as Record<Name, Person>) };
}

/** What is to hold however nodes hear of each other, and what spoils that. */
export const carriers: [name: string, spoil: NodeOptions["spoil"]][] = [
  ["over signals", undefined],
  ["with every signal lost", deafen],
];
