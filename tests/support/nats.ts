import { findProgram } from "../../scripts/find-program.ts";
import { Program } from "./program.ts";

export interface Nats {
  url: string;
  port: number;
  kill(signal: NodeJS.Signals): void;
  /** Ends it at once, as a crash does, and waits until it has ended. */
  crash(): Promise<void>;
}

/** Starts the NATS server that is installed, on a free port or on this one, and waits until it takes connections. */
export async function startNats(port = 0, more: readonly string[] = []): Promise<Nats> {
  const found = findProgram("nats-server");
  if (found === null) throw new Error("nats-server is not installed.");
  const program = new Program([found, "-a", "127.0.0.1", "-p", String(port || -1), ...more]);
  const [, chosen] = await program.says(
    /Listening for client connections on 127\.0\.0\.1:(\d+)[\s\S]*Server is ready/,
  );
  return {
    url: `nats://127.0.0.1:${chosen}`,
    port: Number(chosen),
    kill: (signal) => program.process.kill(signal),
    async crash() {
      program.process.kill("SIGKILL");
      await program.ends();
    },
  };
}
