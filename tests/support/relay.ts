import { connect, createServer, type Socket } from "node:net";

/**
 * A way to a server that can be cut as a network is: nothing gets through any more, in either direction, and nobody is
 * told. Mended, everything goes on where it was.
 */
export class Relay {
  readonly url: string;
  readonly #close: () => void;
  #ends = new Set<Socket>();
  #isCut = false;
  /** How many bytes it was given to carry, in both directions. */
  carried = 0;

  private constructor(url: string, close: () => void) {
    this.url = url;
    this.#close = close;
  }

  /** A relay to the host and port of a URL; its own `url` leads the same way through it. */
  static async to(target: string): Promise<Relay> {
    const { hostname, port } = new URL(target);
    const server = createServer((near) => relay.#join(near, connect(Number(port), hostname)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const own = new URL(target);
    own.port = String((server.address() as { port: number }).port);
    const relay = new Relay(own.href, () => void server.close());
    return relay;
  }

  cut(): void {
    this.#isCut = true;
    for (const end of this.#ends) end.pause();
  }

  mend(): void {
    this.#isCut = false;
    for (const end of this.#ends) end.resume();
  }

  close(): void {
    this.#close();
    for (const end of this.#ends) end.destroy();
  }

  #join(near: Socket, far: Socket) {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#ends.add(from);
      if (this.#isCut) from.pause();
      from.on("data", (data) => {
        this.carried += data.length;
        to.write(data);
      });
      // What ends behind a cut is not heard of on the other side.
      from.on("close", () => {
        this.#ends.delete(from);
        if (!this.#isCut) to.destroy();
      });
      from.on("error", () => {});
    }
  }
}
