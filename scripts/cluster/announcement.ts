import type { ServerCertificate } from "../../server/certificates/ensure.ts";
import { serverUrls } from "../../server/certificates/urls.ts";
import type { Config } from "../../server/config/environment.ts";
import { tellSetUp } from "../../server/logging/announcement.ts";
import { progress } from "../../server/logging/progress.ts";
import type { Node } from "./nodes.ts";

interface Told {
  config: Config;
  certificate: ServerCertificate;
  nodes: readonly Node[];
  behindBalancer: boolean;
  /** The token of the set-up link, and where to open it; null for a chat that is set up. */
  setUp: { token: string; origin: string } | null;
}

/** Where to open the chat, which processes it is, and what to try. */
export function announceCluster({ config, certificate, nodes, behindBalancer, setUp }: Told): void {
  const { host, dataDir } = config;
  const count = nodes.length === 1 ? "one node" : `${nodes.length} nodes`;
  console.log(`\nsecure-chat is running on ${count}${behindBalancer ? " behind one address" : ""}\n`);
  if (behindBalancer) {
    const { local, lan } = serverUrls(certificate.names, config.port, host);
    const [here, ...network] = local[0] ? [local[0], ...lan] : ["", ...lan];
    if (here) progress("Here", here);
    for (const [at, url] of network.entries()) progress(at === 0 ? "Network" : "", url);
  }
  for (const { child, port } of nodes) progress(child.name, `pid ${child.pid}, https://localhost:${port}`);
  progress("Fingerprint", `SHA-256 ${certificate.server.fingerprint}`);
  progress("Data", dataDir);
  if (!behindBalancer) console.log("\nWithout a balancer: open the chat at the address of any node.");
  if (setUp) tellSetUp(setUp.token, [setUp.origin]);
  const first = nodes[0]!.child.pid;
  console.log("\nSee what happens when a node dies, or is told to go; it is started again after a second:");
  console.log(`  kill -9 ${first}     kill ${first}`);
  console.log("\nPress Ctrl-C to stop.");
}
