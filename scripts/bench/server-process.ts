import { printed } from "../printed.ts";
import type { Cores } from "./cores.ts";
import type { Question, Reading } from "./probe.ts";

export interface Launch {
  command: string[];
  env: Record<string, string>;
  /** Finds the port in what the server prints once it listens. */
  port: RegExp;
}

/** A server that the benchmark started, on the core for servers, with the probe inside. */
export interface ServerProcess {
  port: number;
  ask(question: Question): Promise<Reading>;
  /** Asks it to end, and makes it end when it does not within five seconds. */
  stop(): Promise<void>;
}

interface Killable {
  kill(signal: "SIGKILL"): void;
  exited: Promise<unknown>;
}

const running = new Set<Killable>();

/** Sees to it that a program ends at the latest when the benchmark does. */
export function adopt(child: Killable): void {
  running.add(child);
  child.exited.then(() => running.delete(child));
}

/** Ends at once whatever still runs, for when the benchmark itself has to end; resolves when it is gone. */
export async function killAll(): Promise<void> {
  for (const child of running) child.kill("SIGKILL");
  await Promise.all([...running].map(({ exited }) => exited));
}

/** Starts a server and waits until it listens; fails with what it printed when it ends instead. */
export async function startProcess({ command, env, port }: Launch, cores: Cores): Promise<ServerProcess> {
  const waiting: ((reading: Reading) => void)[] = [];
  const child = Bun.spawn(cores.onServerCore(command), {
    env: { PATH: process.env.PATH ?? "", ...env },
    ipc: (reading: Reading) => waiting.shift()?.(reading),
    serialization: "json",
    stdio: ["ignore", "pipe", "pipe"],
  });
  adopt(child);

  return {
    port: Number(await printed(child, port)),
    ask(question) {
      return new Promise((resolve, reject) => {
        waiting.push(resolve);
        child.exited.then(() => reject(new Error(`${command.join(" ")} has ended`)));
        child.send(question);
      });
    },
    async stop() {
      child.kill("SIGTERM");
      const kill = setTimeout(() => child.kill("SIGKILL"), 5000);
      await child.exited;
      clearTimeout(kill);
    },
  };
}
