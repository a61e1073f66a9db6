import { join } from "node:path";
import { projectRoot } from "../../server/config/environment.ts";

/** One of the project's commands, running as its own process; what it prints can be waited for. */
export class Program {
  readonly process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  printed = "";
  #heard = new Set<() => void>();
  #closed: Promise<unknown>;

  constructor(command: string[], env: Record<string, string> = {}) {
    this.process = Bun.spawn(command, {
      cwd: projectRoot,
      // NODE_ENV=test comes from the test runner and is nothing the program would see in use.
      env: { ...process.env, NODE_ENV: undefined, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#closed = Promise.all(
      [this.process.stdout, this.process.stderr].map((stream) => this.#read(stream)),
    );
  }

  static script(name: string, args: string[] = [], env: Record<string, string> = {}): Program {
    return new Program([process.execPath, join("scripts", name), ...args], env);
  }

  /** Waits until it has printed this; gives the match. Throws with all it printed when it ends without. */
  async says(pattern: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const match = this.printed.match(pattern);
      if (match) return match;
      const more = Promise.withResolvers<"more">();
      this.#heard.add(() => more.resolve("more"));
      const next = await Promise.race([more.promise, this.#closed]);
      if (next !== "more" && !pattern.test(this.printed))
        throw new Error(`It ended without ${pattern}:\n${this.printed}`);
    }
  }

  /** Waits for its end; gives the exit code, with all it printed in `printed`. */
  async ends(): Promise<number> {
    await this.#closed;
    return await this.process.exited;
  }

  /** Ends it by a signal. */
  stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<number> {
    this.process.kill(signal);
    return this.ends();
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.printed += decoder.decode(chunk, { stream: true });
      for (const tell of this.#heard) tell();
      this.#heard.clear();
    }
  }
}
