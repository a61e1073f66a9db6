import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  type Balancer,
  balancerCommand,
  balancerEnv,
  configurations,
} from "../../scripts/cluster/balancer.ts";
import { freePort, listening } from "../../scripts/cluster/ports.ts";
import { ensureCertificate } from "../../server/certificates/ensure.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Program } from "../support/program.ts";
import { type Authority, StandIn } from "./stand-in.ts";

/** A certificate with the authority that signed it, made by the code that makes the real one. */
export async function newAuthority(): Promise<Authority> {
  const dataDir = temporaryFolder();
  const about = { dataDir, tls: null, hostname: "localhost", interfaces: {}, now: Date.now() };
  const { pair } = await ensureCertificate(about);
  const certificate = await Bun.file(join(dataDir, "certs/ca.pem")).text();
  return { pair, certificate };
}

export async function writeFiles(folder: string, { pair, certificate }: Authority): Promise<void> {
  await Bun.write(join(folder, "certificate.pem"), pair.cert + pair.key);
  await Bun.write(join(folder, "authority.pem"), certificate);
}

/** Lets the balancer itself say whether it understands its configuration. */
export const checkCommand = (balancer: Balancer, program: string): string[] =>
  balancer === "haproxy"
    ? [program, "-c", "-f", configurations.haproxy]
    : [program, "validate", "--config", configurations.caddy, "--adapter", "caddyfile"];

// Bun cannot check certificates below an authority with constraints on names; the balancers and browsers can.
const insecure = { rejectUnauthorized: false };

/** A real balancer on the real configuration, in front of nodes that only say who they are. */
export class Front {
  readonly nodes: StandIn[] = [];
  readonly origin: string;
  readonly program: Program;

  private constructor(origin: string, nodes: StandIn[], program: Program) {
    this.origin = origin;
    this.nodes = nodes;
    this.program = program;
  }

  /** `certificates` are those of the nodes, one for each. */
  static async start(
    balancer: Balancer,
    path: string,
    certificates: readonly Authority[],
    authority = certificates[0]!,
  ): Promise<Front> {
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    await writeFiles(folder, authority);
    const nodes: StandIn[] = [];
    for (const { pair } of certificates)
      nodes.push(new StandIn(`node${nodes.length + 1}`, pair, await freePort()));
    const port = await freePort();
    const env = balancerEnv({
      host: "127.0.0.1",
      port,
      files: folder,
      nodes: nodes.map((node) => `127.0.0.1:${node.port}`),
    });
    const program = new Program(balancerCommand(balancer, path), env);
    if (!(await listening(port, () => program.process.exitCode === null)))
      throw new Error(`${balancer} does not listen:\n${program.printed}`);
    return new Front(`https://localhost:${port}`, nodes, program);
  }

  /** A request on a connection of its own. */
  ask(path = "/", init: RequestInit = {}): Promise<Response> {
    return fetch(this.origin + path, { ...init, keepalive: false, tls: insecure } as RequestInit);
  }

  /** The node that answers, and the headers it was sent. */
  async whoAnswers(init: RequestInit = {}): Promise<{ node: string; headers: Record<string, string> }> {
    const answer = await this.ask("/", init);
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { node: string; headers: Record<string, string> };
  }

  /** A socket that is open. */
  async socket(): Promise<WebSocket> {
    const url = `${this.origin.replace("https", "wss")}/api/socket`;
    const socket = new WebSocket(url, { tls: insecure } as unknown as string[]);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("close", ({ code }) => reject(new Error(`The socket closed with ${code}`)));
    });
    return socket;
  }

  async stop(): Promise<void> {
    await this.program.stop();
    for (const node of this.nodes) await node.kill();
  }
}

/** What a stand-in answers to this over the socket. */
export function echo(socket: WebSocket, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.addEventListener("message", ({ data }) => resolve(data), { once: true });
    socket.addEventListener("close", ({ code }) => reject(new Error(`The socket closed with ${code}`)), {
      once: true,
    });
    socket.send(text);
  });
}
