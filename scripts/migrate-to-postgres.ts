import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { SQL } from "bun";
import { parseConfig } from "../server/config/environment.ts";
import { loadSecrets } from "../server/config/secrets.ts";
import { progress } from "../server/logging/progress.ts";
import { markOfPepper } from "../server/store/postgres/cluster.ts";
import { beginCopy, finishCopy, refuseRunningNode, setFacts } from "../server/store/postgres/copy.ts";
import { type Comparison, compare, isSame } from "./migrate-to-postgres/compare.ts";
import { copyRows } from "./migrate-to-postgres/copy-rows.ts";
import { progressBar } from "./migrate-to-postgres/progress-bar.ts";
import { openSource, type Source } from "./migrate-to-postgres/source.ts";
import { withTarget } from "./migrate-to-postgres/target.ts";
import { command, SetupError, stopSignals } from "./setup.ts";

// Copies the SQLite database of the data folder into PostgreSQL, and makes sure that all of it is there. What is
// interrupted goes on from where it was: each batch is stored together with how far the copy has come.
await command(async () => {
  const { dataDir, postgres } = parseConfig(Bun.env);
  if (!postgres)
    throw new SetupError(
      "DATABASE_URL is not set. It has to name the PostgreSQL to copy into: postgres://user:password@host:5432/database",
    );
  for (const signal of stopSignals) process.on(signal, interrupted);
  const source = openSource(dataDir);
  try {
    const pepper = pepperOf(dataDir, source);
    const isDone = await withTarget(postgres.url, (sql) => move(source, sql, pepper));
    if (!isDone) return 1;
    console.log(`
All of ${source.path} is in PostgreSQL, and it was only read: it is as it was.
Start every node with DATABASE_URL and this folder's secrets.json: bun run start
Everyone stays signed in. Keep ${dataDir}, which has the secrets and the certificate; its chat.sqlite can be removed
once you are content. A server that is started on it again makes everyone load anew.`);
    return 0;
  } finally {
    source.close();
  }
});

/** Gives whether both are the same in the end. */
async function move(source: Source, sql: SQL, pepper: string): Promise<boolean> {
  await refuseRunningNode(sql);
  const epoch = source.isKnown ? source.epoch : randomBytes(16).toString("hex");
  const start = { source: source.name, epoch, at: { table: "users", after: null }, messages: 0 };
  const begun = await beginCopy(sql, start);
  progress("Database", begun === start ? source.path : `${source.path}, going on with a copy begun before`);

  const { chat_messages: messages } = source.counts;
  const copying = bar("Copying", messages, begun.messages);
  const copied = await copyRows(source, sql, begun, copying.at);
  copying.end();
  const effects = { epoch: begun.epoch, pepper, last: source.last };
  await setFacts(sql, effects);

  const comparing = bar("Comparing", messages, 0);
  const comparisons = await compare(source, sql, effects, comparing.at);
  comparing.end();
  show(comparisons);
  if (!comparisons.every(isSame)) return false;
  // First: if the power goes between the two, the old database must not go on with numbers that the new one gives too.
  source.disown();
  await finishCopy(sql, copied);
  return true;
}

function pepperOf(dataDir: string, { counts }: Source): string {
  const path = join(dataDir, "secrets.json");
  if (counts.users > 0 && !existsSync(path))
    throw new SetupError(`${path} is missing. Restore it from a backup: no password works without it.`);
  return markOfPepper(loadSecrets(path).pepper);
}

function bar(what: string, all: number, from: number) {
  return progressBar(what, all, from, {
    isTerminal: process.stdout.isTTY === true,
    write: (text) => void process.stdout.write(text),
    now: () => performance.now(),
  });
}

function show(comparisons: Comparison[]) {
  const shown = (value: number | string) =>
    (typeof value === "number" ? value.toLocaleString("en-US") : value.slice(0, 8)).padStart(12);
  console.log(`\n  ${"Compared".padEnd(30)}${"SQLite".padStart(12)}${"PostgreSQL".padStart(12)}`);
  for (const each of comparisons) {
    const { what, here, there, differing } = each;
    const more = differing && ` (${differing.count} differ, the first: ${differing.first})`;
    console.log(
      `  ${what.padEnd(30)}${shown(here)}${shown(there)}  ${isSame(each) ? "the same" : `NOT THE SAME${more ?? ""}`}`,
    );
  }
  if (comparisons.every(isSame)) return;
  console.error(`
PostgreSQL does not hold what SQLite holds, and no node will start on it. Something else has written to it: make the
database anew (DROP DATABASE, CREATE DATABASE) and run this again.`);
}

function interrupted() {
  console.log("\nInterrupted. Run this again: it goes on with what is copied already.");
  process.exit(130);
}
