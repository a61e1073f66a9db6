import type { Server } from "bun";
import type { Pair } from "../../server/certificates/files.ts";
import { tlsOptions } from "../../server/certificates/tls-options.ts";

export interface Authority {
  pair: Pair;
  /** Of the authority that signed the pair. */
  certificate: string;
}

/** What a balancer sees of a node: health, a page, a socket. It says who it is. */
export class StandIn {
  readonly name: string;
  readonly port: number;
  healthy = true;
  /** How many requests it got, besides those for its health. */
  asked = 0;
  readonly #pair: Pair;
  #server: Server<undefined>;

  /** `port` is one that stays free while it is away, which none is that the system chooses. */
  constructor(name: string, pair: Pair, port: number) {
    this.name = name;
    this.#pair = pair;
    this.port = port;
    this.#server = this.#listen();
  }

  /** Nothing listens any more, and what was open breaks. */
  kill(): Promise<void> {
    return this.#server.stop(true);
  }

  comeBack(): void {
    this.#server = this.#listen();
  }

  #listen() {
    return Bun.serve({
      port: this.port,
      hostname: "127.0.0.1",
      tls: tlsOptions(this.#pair),
      development: false,
      fetch: (request, server) => this.#answer(request, server),
      websocket: { message: (socket, text) => void socket.send(`${this.name}: ${text}`) },
    });
  }

  async #answer(request: Request, server: Server<undefined>): Promise<Response | undefined> {
    // Without a Host header there is no such URL, and whoever asks for health so is not answered well.
    const { pathname } = new URL(request.url);
    if (pathname === "/api/health/node") return new Response(null, { status: this.healthy ? 200 : 503 });
    this.asked++;
    if (pathname === "/api/socket" && server.upgrade(request)) return undefined;
    if (pathname === "/break") await server.stop(true);
    return Response.json({ node: this.name, headers: Object.fromEntries(request.headers) });
  }
}
