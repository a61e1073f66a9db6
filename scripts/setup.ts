import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig, projectRoot } from "../server/config/environment.ts";
import { progressing } from "../server/logging/progress.ts";
import { fullDiskSentence } from "../server/store/full-disk.ts";
import { stepEnvironment, withoutEnvFile } from "./step-environment.ts";

// Runs on a clone with nothing installed: only what Bun and Node bring may be imported here.

const builtFrom = ["web", "dist", ".built-from"];
const at = (...path: string[]) => join(projectRoot, ...path);

/** What asks a program to stop: Ctrl-C, a service manager, a closed terminal. */
export const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A step of the set-up failed. The message is all that a person needs to see. */
export class SetupError extends Error {
  override name = "SetupError";
}

/**
 * Installs what bun.lock names unless it is there already: what running takes, the build of the client included, or everything,
 * with what tests and measurements need. Gives whether it did: then only a fresh process finds the packages.
 */
export async function ensureDependencies(which: "for running" | "everything"): Promise<boolean> {
  const stamp = at("node_modules", ".installed-for");
  const wanted = hashOf([at("bun.lock"), at("package.json")]);
  const there = readIfThere(stamp);
  if (there === `${wanted} everything` || there === `${wanted} ${which}`) return false;
  const only = which === "for running" ? ["--production"] : [];
  const program = [process.execPath, "install", "--frozen-lockfile", ...only];
  await run("Dependencies", "installing", program);
  writeFileSync(stamp, `${wanted} ${which}`);
  return true;
}

/** Builds the client unless web/dist was built from exactly what is in the source now. */
export async function ensureClient(): Promise<void> {
  if (readIfThere(at(...builtFrom)) === hashOf(clientSources())) return;
  await run("Client", "building", [process.execPath, at("scripts", "build.ts")], "build");
}

/** To be called before a build: what it gives notes afterwards that web/dist comes from the sources as they were then. */
export function clientBuild(): () => void {
  const sources = hashOf(clientSources());
  return () => writeFileSync(at(...builtFrom), sources);
}

/** Starts this same Bun, whichever way it came here, and gives its exit code. Signals are passed on; it decides when to end. */
export async function continueIn(args: readonly string[]): Promise<number> {
  const child = Bun.spawn([process.execPath, ...args], {
    cwd: projectRoot,
    env: process.env,
    stdio: ["inherit", "inherit", "inherit"],
  });
  for (const signal of stopSignals) process.on(signal, () => child.kill(signal));
  return await child.exited;
}

/**
 * Runs a program of others as one step with a progress line, without the secrets of the environment. What it prints is shown only
 * when it fails, in the SetupError it throws then.
 */
export async function run(
  step: string,
  doing: string,
  program: readonly string[],
  kind: "install" | "build" = "install",
): Promise<void> {
  const done = progressing(step, doing);
  const start = performance.now();
  const child = Bun.spawn(withoutEnvFile(program), {
    cwd: projectRoot,
    env: stepEnvironment(process.env, kind),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  done(code === 0 ? `done in ${((performance.now() - start) / 1000).toFixed(1)} s` : "failed");
  if (code !== 0) throw new SetupError(`${program.join(" ")} failed:\n\n${output}${errors}`);
}

const plain = ["SetupError", "ConfigError", "CertificateError", "DatabaseError"];

/** Runs a command's work: exits 1 with the bare sentence of a mistake that a person can mend, with the whole error when it is a bug. */
export async function command(work: () => Promise<number | undefined>): Promise<void> {
  try {
    const code = await work();
    if (code !== undefined) process.exit(code);
  } catch (error) {
    const mendable = error instanceof Error && plain.includes(error.name);
    const full = mendable ? null : fullDiskSentence(error, () => [projectRoot, parseConfig(Bun.env).dataDir]);
    console.error(full !== null ? `\n${full}` : mendable ? `\n${error.message}` : error);
    process.exit(1);
  }
}

function clientSources(): string[] {
  const folder = (path: string): string[] =>
    readdirSync(path, { withFileTypes: true })
      .filter((entry) => !(entry.isDirectory() && entry.name === "dist"))
      .flatMap((entry) => (entry.isDirectory() ? folder(join(path, entry.name)) : [join(path, entry.name)]));
  return [
    ...folder(at("web")),
    ...folder(at("server", "protocol")),
    at("bun.lock"),
    at("tsconfig.json"),
  ].sort();
}

function hashOf(paths: readonly string[]): string {
  const hash = new Bun.CryptoHasher("sha256");
  for (const path of paths)
    hash
      .update(`${path.slice(projectRoot.length)}\0`)
      .update(readFileSync(path))
      .update("\0");
  return hash.digest("hex");
}

function readIfThere(path: string): string | null {
  return existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : null;
}
