import { connect, createServer } from "node:net";

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => probe.once("listening", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Whether this address can be listened on. */
export async function isFree(host: string, port: number): Promise<boolean> {
  const probe = createServer();
  const listening = new Promise<boolean>((resolve) => {
    probe.once("listening", () => resolve(true));
    probe.once("error", () => resolve(false));
  });
  probe.listen(port, host);
  const free = await listening;
  if (free) await new Promise((resolve) => probe.close(resolve));
  return free;
}

/** Waits until someone takes connections at a port of this machine, or until that is not to be expected any more. */
export async function listening(port: number, expected: () => boolean): Promise<void> {
  while (expected()) {
    if (await answers(port)) return;
    await Bun.sleep(50);
  }
}

/** The same for a server that says that it is well. */
export async function healthy(port: number, expected: () => boolean): Promise<void> {
  const url = `https://127.0.0.1:${port}/api/health`;
  while (expected()) {
    const asked = { tls: { rejectUnauthorized: false }, signal: AbortSignal.timeout(1000) };
    const answer = await fetch(url, asked).catch(() => null);
    if (answer?.ok) return;
    await Bun.sleep(50);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
    socket.once("connect", () => socket.destroy());
  });
}
