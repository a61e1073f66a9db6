import { canInstall, install } from "../debian.ts";
import { findProgram } from "../find-program.ts";

/** The path of a program, which is installed where it is missing and that is possible; null where it cannot be had. */
export async function outsideProgram(
  names: readonly string[],
  debianPackage: string,
): Promise<string | null> {
  const find = () => names.map(findProgram).find((path) => path !== null) ?? null;
  const found = find();
  if (found !== null || !canInstall()) return found;
  await install("Judges", [debianPackage]);
  return find();
}

export interface Ended {
  /** Null where it took too long and was ended. */
  code: number | null;
  output: string;
  errors: string;
}

/** Runs a program with nothing of this environment but what is named, for so many seconds at most. */
export async function runFor(
  seconds: number,
  program: readonly string[],
  env: Record<string, string | undefined> = {},
): Promise<Ended> {
  const child = Bun.spawn([...program], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: seconds * 1000,
    killSignal: "SIGTERM",
  });
  const [output, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const code = await child.exited;
  return { code: child.signalCode === null ? code : null, output, errors };
}
