import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { projectRoot } from "../../server/config/environment.ts";
import { findProgram } from "../find-program.ts";
import type { Judged } from "./judged-server.ts";
import { runFor } from "./outside.ts";
import { skipped, type Verdict, verdict } from "./verdict.ts";

const judge = "Mozilla HTTP Observatory";
const packageName = "@mdn/mdn-http-observatory";
/** It brings hundreds of packages along, so it is none of the dependencies: it is fetched when it is asked for. */
const version = "1.4.8";
const folder = join(projectRoot, "node_modules/.cache/judges", `observatory-${version}`);

/** The headers of the first page, as the Observatory grades them. Nothing but A+ will do. */
export async function observatory({ name, port, authority }: Judged): Promise<Verdict> {
  const node = findProgram("node");
  if (node === null) return skipped(judge, "Node is not there");
  const failure = await installed();
  if (failure !== null) return skipped(judge, failure);
  const scan = join(import.meta.dir, "observatory-scan.mjs");
  const asked = [node, scan, folder, name, String(port)];
  const { code, output, errors } = await runFor(30, asked, { NODE_EXTRA_CA_CERTS: authority });
  return code === 0
    ? judgementOf(output)
    : verdict(judge, "it broke off", [lastLine(errors) || `It ended with ${code}.`]);
}

const judgement = v.object({
  scan: v.object({ grade: v.string(), score: v.number() }),
  tests: v.record(v.string(), v.object({ pass: v.boolean(), result: v.string() })),
});

/** What the Observatory has printed, as a verdict. */
export function judgementOf(printed: string): Verdict {
  const { scan, tests } = v.parse(judgement, JSON.parse(printed));
  const failed = Object.entries(tests).filter(([, { pass }]) => !pass);
  return verdict(judge, `${scan.grade}, ${scan.score} points`, [
    ...(scan.grade === "A+" ? [] : [`The grade is ${scan.grade}.`]),
    ...failed.map(([test, { result }]) => `${test}: ${result}`),
  ]);
}

/** Installs it beside the dependencies, without running anything of it; gives why that could not be. */
async function installed(): Promise<string | null> {
  if (existsSync(join(folder, "node_modules", packageName, "package.json"))) return null;
  mkdirSync(folder, { recursive: true });
  const manifest = { private: true, dependencies: { [packageName]: version } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const asked = [process.execPath, "install", "--ignore-scripts", "--cwd", folder];
  const { code, errors } = await runFor(60, asked, process.env);
  return code === 0 ? null : `it could not be installed: ${lastLine(errors)}`;
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";
