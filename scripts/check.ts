import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Glob } from "bun";
import { projectRoot } from "../server/config/environment.ts";
import { ensureBrowser } from "./browser.ts";
import { command, continueIn, ensureClient, ensureDependencies } from "./setup.ts";

interface Check {
  name: string;
  work: () => Promise<Outcome>;
}
interface Outcome {
  passed: boolean;
  output: string;
}

const checks: Check[] = [
  {
    name: "Format and lint",
    work: () => tool("@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."),
  },
  { name: "Types of TypeScript", work: () => tool("typescript/bin/tsc", "-p", ".") },
  {
    name: "Types of Svelte",
    work: () => tool("svelte-check/bin/svelte-check", "--tsconfig", "tsconfig.json", "--fail-on-warnings"),
  },
  {
    name: "Architecture",
    work: () => bun("test", "tests/architecture.test.ts", "tests/conventions.test.ts"),
  },
  {
    name: "Migrations match SQLite's schema",
    work: async () => migrationsMatch((await import("../drizzle/config.ts")).default),
  },
  {
    name: "Migrations match PostgreSQL's",
    work: async () => migrationsMatch((await import("../drizzle/postgres.config.ts")).default),
  },
  { name: "Build", work: () => bun("scripts/build.ts") },
];
const tests: Check = { name: "Tests", work: () => bun("test") };

// Everything a change has to pass, as a list with ticks. All of it runs, so that one look shows all that is wrong.
await command(async () => {
  if (await ensureDependencies("everything"))
    return await continueIn(["scripts/check.ts", ...Bun.argv.slice(2)]);
  const withTests = !Bun.argv.includes("--no-tests");
  if (withTests) {
    await ensureBrowser();
    await ensureClient();
  }
  const failed: string[] = [];
  for (const { name, work } of withTests ? [...checks, tests] : checks) {
    const start = performance.now();
    const { passed, output } = await work();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${passed ? "✓" : "✗"} ${name.padEnd(30)}${seconds.padStart(6)} s`);
    if (!passed) {
      failed.push(name);
      console.log(`\n${output.replace(/^\(pass\).*\n/gm, "").trim()}\n`);
    }
  }
  mentionLongFiles();
  console.log(failed.length === 0 ? "\nAll checks passed." : `\nFailed: ${failed.join(", ")}.`);
  return failed.length === 0 ? 0 : 1;
});

/** Names the files above 200 lines. A reviewer asks why; no build fails, and no thought is cut in two for it. */
function mentionLongFiles(): void {
  const sources = new Glob("{server,web,scripts,tests,drizzle}/**/*.{ts,svelte,css}");
  const long = [...sources.scanSync(projectRoot)]
    .filter((path) => !path.startsWith("web/dist/"))
    .map((path) => ({
      path,
      lines: readFileSync(join(projectRoot, path), "utf8").trimEnd().split("\n").length,
    }))
    .filter(({ lines }) => lines > 200)
    .sort((one, other) => other.lines - one.lines);
  if (long.length > 0) console.log("\nAbove 200 lines, for a reviewer to look at:");
  for (const { path, lines } of long) console.log(`  ${lines}  ${path}`);
}

/** Generates into a copy of the migrations: whatever appears there is a change of the schema that has no migration yet. */
async function migrationsMatch(migrations: object): Promise<Outcome> {
  const { dialect, schema, out } = migrations as { dialect: string; schema: string; out: string };
  const copy = mkdtempSync(join(tmpdir(), "migrations-"));
  try {
    cpSync(join(projectRoot, out), copy, { recursive: true });
    const before = readdirSync(copy, { recursive: true }).length;
    // An absolute path it does not find, and says so with exit code 0.
    const options = ["--dialect", dialect, "--schema", schema, "--out", relative(projectRoot, copy)];
    const { passed, output } = await tool("drizzle-kit/bin.cjs", "generate", ...options);
    const isSame = output.includes("nothing to migrate");
    if (passed && isSame && readdirSync(copy, { recursive: true }).length === before)
      return { passed, output };
    return { passed: false, output: `${output}\nMake the missing migration: bun run db:generate` };
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function tool(path: string, ...args: string[]): Promise<Outcome> {
  return bun(join(projectRoot, "node_modules", ...path.split("/")), ...args);
}

async function bun(...args: string[]): Promise<Outcome> {
  const child = Bun.spawn([process.execPath, ...args], {
    cwd: projectRoot,
    env: process.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { passed: code === 0, output: `${output}${errors}` };
}
