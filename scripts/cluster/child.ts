import { projectRoot } from "../../server/config/environment.ts";
import { progress } from "../../server/logging/progress.ts";
import { SetupError } from "../setup.ts";

interface ChildOptions {
  /** What it is called in what is printed. */
  name: string;
  command: readonly string[];
  /** All that it is told besides PATH: what is meant for others, such as a password, is not its to know. */
  env?: Record<string, string | undefined>;
  /** What of a line it prints is shown; null for nothing. */
  shows?(line: string): string | null;
  /** Resolves with true when it can be used, with false when it does not live any more or takes too long. */
  whenUp(lives: () => boolean): Promise<boolean>;
}

const againMs = 1000;

/** One program of the cluster. It runs until it is told to stop: when it ends before that, it is started again. */
export class Child {
  readonly name: string;
  readonly #options: ChildOptions;
  #process: Bun.Subprocess | null = null;
  #restart: Timer | null = null;
  #stopping = false;
  /** All that it prints has been read. */
  #read: Promise<unknown> = Promise.resolve();
  /** The latest lines it printed, for when it does not come up. */
  #printed: string[] = [];

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts it; resolves when it is up, and throws what it printed when it does not come up. */
  async start(): Promise<void> {
    const process = this.#spawn();
    if (!(await this.#isUp(process))) {
      process.kill("SIGKILL");
      await this.#read;
      throw new SetupError(`${this.name} did not start:\n${this.#printed.join("\n")}`);
    }
    void process.exited.then(() => this.#again(process));
  }

  /** Asks it to end, and does not ask again but kills it when it is not gone after so long. */
  async stop(patienceMs: number): Promise<void> {
    this.#stopping = true;
    if (this.#restart) clearTimeout(this.#restart);
    const process = this.#process;
    process?.kill("SIGTERM");
    const kill = setTimeout(() => process?.kill("SIGKILL"), patienceMs);
    await process?.exited;
    clearTimeout(kill);
  }

  #again({ signalCode, exitCode }: Bun.Subprocess) {
    if (this.#stopping) return;
    progress(this.name, `has ended (${signalCode ?? `exit code ${exitCode}`}), starts again in a second`);
    this.#restart = setTimeout(async () => {
      const process = this.#spawn();
      void process.exited.then(() => this.#again(process));
      if (await this.#isUp(process)) progress(this.name, `is back, pid ${process.pid}`);
    }, againMs);
  }

  #isUp(process: Bun.Subprocess): Promise<boolean> {
    return this.#options.whenUp(() => process.exitCode === null && process.signalCode === null);
  }

  #spawn(): Bun.Subprocess {
    const process = Bun.spawn([...this.#options.command], {
      cwd: projectRoot,
      env: { PATH: globalThis.process.env.PATH, ...this.#options.env },
      stdio: ["ignore", "pipe", "pipe"],
      // Ctrl-C goes to everything in front of the terminal; these are stopped in their order.
      detached: true,
    });
    this.#process = process;
    this.#read = Promise.all([process.stdout, process.stderr].map((stream) => this.#follow(stream)));
    return process;
  }

  async #follow(stream: ReadableStream<Uint8Array>) {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#tell(line);
    }
  }

  #tell(line: string) {
    this.#printed = [...this.#printed, line].slice(-20);
    const shown = this.#options.shows?.(line) ?? null;
    if (shown !== null) progress(this.name, shown);
  }
}
