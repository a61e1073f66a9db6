import { Program } from "../support/program.ts";
import type { Guard } from "./guard.ts";
import type { Interval } from "./invariants.ts";

interface Options {
  name: string;
  /** Where it is reached directly, such as https://198.18.0.2:5000. */
  origin: string;
  command: string[];
  env: Record<string, string>;
  guard: Guard;
}

const patienceMs = 30_000;

/** One node as a process of its own, with someone who starts it again when it does not come up, as an init system would. */
export class NodeProcess {
  readonly name: string;
  readonly origin: string;
  /** When it stood still. */
  readonly frozen: Interval[] = [];
  /** What went wrong that nobody had asked for. */
  readonly faults: string[] = [];
  readonly #options: Options;
  readonly #programs: Program[] = [];
  #running: Program | null = null;

  constructor(options: Options) {
    this.name = options.name;
    this.origin = options.origin;
    this.#options = options;
  }

  /** Starts it, again and again where PostgreSQL is away; resolves when it serves. */
  async start(): Promise<void> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const program = new Program(this.#options.command, this.#options.env);
      this.#options.guard.watch(program.process);
      this.#programs.push(program);
      const isUp = await program.says(/Ctrl-C/).then(
        () => true,
        () => false,
      );
      if (isUp) {
        this.#running = program;
        void program.process.exited.then((code) => this.#ended(program, code));
        return;
      }
      if (performance.now() > deadline) throw new Error(`${this.name} does not start:\n${program.printed}`);
      await Bun.sleep(300);
    }
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    const program = this.#taken();
    program?.process.kill("SIGKILL");
    await program?.process.exited;
  }

  /** Asks it to stop, and waits until it has. */
  async drain(): Promise<void> {
    const program = this.#taken();
    program?.process.kill("SIGTERM");
    const late = setTimeout(() => {
      this.faults.push(`${this.name} did not stop within ${patienceMs / 1000} s of being asked to`);
      program?.process.kill("SIGKILL");
    }, patienceMs);
    const code = (await program?.ends()) ?? 0;
    clearTimeout(late);
    if (code !== 0) this.faults.push(`${this.name} stopped with the exit code ${code}`);
  }

  /** Lets it stand still for a while, without its noticing. */
  async freeze(ms: number): Promise<void> {
    const from = Date.now();
    this.#running?.process.kill("SIGSTOP");
    await Bun.sleep(ms);
    this.#running?.process.kill("SIGCONT");
    this.frozen.push({ from, to: Date.now() });
  }

  /** Whether it says that it is well. */
  async isWell(): Promise<boolean> {
    const asked = { tls: { rejectUnauthorized: false }, signal: AbortSignal.timeout(1_000) };
    const answer = await fetch(`${this.origin}/api/health`, asked).catch(() => null);
    return answer?.status === 200;
  }

  /** What it printed, in all of its lives. */
  get printed(): string {
    return this.#programs.map(({ printed }) => printed).join("\n");
  }

  #taken() {
    const program = this.#running;
    this.#running = null;
    return program;
  }

  #ended(program: Program, code: number) {
    if (this.#running !== program) return;
    this.#running = null;
    this.faults.push(`${this.name} ended by itself, with the exit code ${code}:\n${program.printed}`);
  }
}
