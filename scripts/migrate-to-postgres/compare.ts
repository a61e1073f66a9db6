import type { SQL } from "bun";
import { type Facts, factsOf } from "../../server/db/postgres/copy.ts";
import { type Compared, fingerprints, rowCounts } from "../../server/db/postgres/fingerprints.ts";
import type { Source } from "./source.ts";
import { batches, readings } from "./source-rows.ts";

/** What was compared: its name, how many there are here and there, and what is not the same. */
export interface Comparison {
  what: string;
  here: number | string;
  there: number | string;
  /** The first that differs, and how many do. */
  differing: { first: string; count: number } | null;
}

const names: { [T in keyof Compared]: string } = {
  users: "accounts",
  sessions: "sessions",
  conversations: "conversations, with heads",
  memberships: "memberships, with read marks",
  messages: "messages, with all they hold",
  sums: "numbers of each conversation",
};

/**
 * Compares both databases row by row, by fingerprints that each makes of its own rows, and by how many rows there are:
 * with all rows of here found there, and as many there, nothing else is there. `tell` hears how many messages are done.
 */
export async function compare(
  source: Source,
  sql: SQL,
  facts: Facts,
  tell: (messages: number) => void,
): Promise<Comparison[]> {
  const counts = await rowCounts(sql);
  const comparisons: Comparison[] = [];
  for (const table of Object.keys(names) as (keyof Compared)[]) {
    const differing = await differences(table, source, sql, table === "messages" ? tell : () => {});
    comparisons.push({ what: names[table], here: source.counts[table], there: counts[table], differing });
  }
  const there = await factsOf(sql);
  return [
    ...comparisons,
    fact("epoch", facts.epoch, there.epoch),
    fact("mark of the pepper", facts.pepper, there.pepper),
    fact("highest account", facts.lastUser, there.lastUser),
  ];
}

/** Whether nothing differs. */
export const isSame = ({ here, there, differing }: Comparison): boolean =>
  here === there && differing === null;

const fact = (what: string, here: string | number, there: string | number) => ({
  what,
  here,
  there,
  differing: null,
});

async function differences<T extends keyof Compared>(
  table: T,
  source: Source,
  sql: SQL,
  tell: (done: number) => void,
): Promise<Comparison["differing"]> {
  const { after, keyOf, columnsOf } = readings[table];
  let done = 0;
  let found: Comparison["differing"] = null;
  for (const batch of batches(after(source.db, null))) {
    const there = await fingerprints[table](sql, batch);
    for (const [index, row] of batch.entries()) {
      if (there[index]?.print === fingerprint(columnsOf(row))) continue;
      found ??= { first: keyOf(row).join(" "), count: 0 };
      found.count++;
    }
    done += batch.length;
    tell(done);
  }
  return found;
}

const fingerprint = (columns: (string | number | null)[]): string =>
  new Bun.CryptoHasher("sha256").update(columns.map((column) => column ?? "-").join("\n")).digest("hex");
