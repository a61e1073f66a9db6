import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../scripts/cluster/ports.ts";
import { projectRoot } from "../../server/config/environment.ts";
import { Program } from "./program.ts";
import { setUpBeforehand } from "./server-settings.ts";

/** The real server as a process of its own, on a database on disk and open to everybody; it can be killed and come back at the same address. */
export class ChatProcess {
  readonly dataDir = mkdtempSync(join(tmpdir(), "secure-chat-"));
  readonly #env: Record<string, string>;
  readonly #entry: string;
  #port = 0;
  #program: Program | null = null;

  /** `entry` is another program that behaves as the server does, at least at its start. */
  constructor(env: Record<string, string> = {}, entry = "server/main.ts") {
    this.#env = env;
    this.#entry = entry;
  }

  get origin(): string {
    return `https://localhost:${this.#port}`;
  }

  async start(): Promise<this> {
    const isFirst = this.#port === 0;
    // Not one that the system chose: while the server is away, the system could give it to whoever knocks in vain.
    if (isFirst) this.#port = await freePort();
    const env = { ...this.#env, DATA_DIR: this.dataDir, PORT: String(this.#port) };
    if (isFirst) await setUpBeforehand(env);
    this.#program = new Program([process.execPath, join(projectRoot, this.#entry)], env);
    await this.#program.says(/https:\/\/localhost:\d+[\s\S]*Ctrl-C/);
    return this;
  }

  /** Ends it as a power cut would, as far as a process can tell. */
  async kill(): Promise<void> {
    this.#program?.process.kill("SIGKILL");
    await this.#program?.process.exited;
  }

  /** Asks it to stop, and gives its exit code. */
  async stop(): Promise<number> {
    this.#program?.process.kill("SIGTERM");
    return (await this.#program?.ends()) ?? 0;
  }

  /** Kills it and removes its data. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
