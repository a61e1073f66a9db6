import { connect, createServer, type Socket } from "node:net";

/** A line to the database that can be cut as a network is: nothing ends, nothing is heard any more. */
export interface Line {
  url: string;
  /** All connections so far fall silent for good; new ones are not concerned. */
  cut(): void;
  close(): void;
}

/** A line to the database of this URL. */
export async function lineTo(url: string): Promise<Line> {
  const target = new URL(url);
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    near.pipe(far).pipe(near);
    for (const end of [near, far]) {
      ends.add(end);
      // What a cut leaves behind may end with a reset.
      end.on("error", () => end.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: Object.assign(new URL(url), { hostname: "127.0.0.1", port }).href,
    cut() {
      for (const end of ends) {
        end.unpipe();
        end.pause();
      }
    },
    close() {
      server.close();
      for (const end of ends) end.destroy();
    },
  };
}
