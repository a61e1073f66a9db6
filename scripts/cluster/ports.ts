import { randomInt } from "node:crypto";
import { connect, createServer } from "node:net";

/**
 * A port nobody listens on now. It is below those that systems give to connections going out, one of which could take it
 * before whoever asked listens there (Linux begins at 32,768, others at 49,152: https://www.rfc-editor.org/rfc/rfc6335).
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    if (await isFree("127.0.0.1", port)) return port;
  }
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

const patienceMs = 60_000;

/** Waits until someone takes connections at a port of this machine. False when that cannot be expected any more. */
export const listening = (port: number, expected: () => boolean): Promise<boolean> =>
  until(() => answers(port), expected);

/** The same for a server that says that it is well. */
export const healthy = (port: number, expected: () => boolean): Promise<boolean> =>
  until(() => isWell(port), expected);

async function until(isTrue: () => Promise<boolean>, expected: () => boolean): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (expected() && performance.now() < deadline) {
    if (await isTrue()) return true;
    await Bun.sleep(50);
  }
  return false;
}

async function isWell(port: number): Promise<boolean> {
  const tls = { rejectUnauthorized: false };
  const asked = fetch(`https://127.0.0.1:${port}/api/health`, { tls, signal: AbortSignal.timeout(1000) });
  return (await asked.catch(() => null))?.ok ?? false;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (does: boolean) => {
      socket.destroy();
      resolve(does);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}
