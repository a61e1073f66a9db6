import type { SQL } from "bun";
import { copiedTables, numberedTables } from "../../server/store/postgres/copied-tables.ts";
import { type Facts, factsOf } from "../../server/store/postgres/copy.ts";
import { fingerprints, printsOfSums, rowCounts } from "../../server/store/postgres/fingerprints.ts";
import type { Source } from "./source.ts";
import { batches, columnsOf, keyOf, rowsAfter, sumsOf } from "./source-rows.ts";

/** What was compared: its name, how many there are here and there, and what is not the same. */
export interface Comparison {
  what: string;
  here: number | string;
  there: number | string;
  /** The first that differs, and how many do. */
  differing: { first: string; count: number } | null;
}

const names: Record<string, string> = {
  users: "accounts",
  conversations: "conversations, with heads",
  memberships: "memberships, with read marks",
  chat_messages: "messages, with all they hold",
  chatName: "settings of the server",
  totp: "authenticator apps",
  recovery_codes: "recovery codes",
  identities: "accounts at providers",
  tickets: "links and steps under way",
  invites: "invitations",
  audit: "audit log",
};
const nameOf = (table: string) => names[table] ?? table;

/**
 * Compares both databases row by row, by fingerprints that each makes of its own rows, and by how many rows there are:
 * with all rows of here found there, and as many there, nothing else is there. `tell` hears how many messages are done.
 */
export async function compare(
  source: Source,
  sql: SQL,
  effects: Facts,
  tell: (messages: number) => void,
): Promise<Comparison[]> {
  const counts = await rowCounts(sql);
  const counted = (table: string) => ({ here: source.counts[table] ?? 0, there: counts[table] ?? 0 });
  const comparisons: Comparison[] = [];
  for (const table of copiedTables) {
    const differing = await differences({
      rows: rowsAfter(source.db, table, null),
      printsThere: (rows) => fingerprints(sql, table, rows),
      columnsOf: (row) => columnsOf(table, row),
      nameOf: (row) => keyOf(table, row).join(" "),
      tell: table.name === "chat_messages" ? tell : () => {},
    });
    comparisons.push({ what: nameOf(table.name), ...counted(table.name), differing });
  }
  const differing = await differences({
    rows: sumsOf(source.db),
    printsThere: (rows) => printsOfSums(sql, rows),
    columnsOf: (row) => [row.conversation_id, row.count, row.seqs, row.revs],
    nameOf: (row) => row.conversation_id,
    tell: () => {},
  });
  comparisons.push({ what: "numbers of each conversation", ...counted("sums"), differing });
  const there = await factsOf(sql);
  return [
    ...comparisons,
    fact("epoch", effects.epoch, there.epoch),
    fact("mark of the pepper", effects.pepper, there.pepper),
    ...numberedTables.map((table) =>
      fact(`highest number, ${nameOf(table)}`, effects.last[table] ?? 0, there.last[table] ?? 0),
    ),
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

interface Reading<Row> {
  rows: Iterable<Row>;
  printsThere(rows: Row[]): Promise<(string | null)[]>;
  columnsOf(row: Row): (string | number | null)[];
  nameOf(row: Row): string;
  tell(done: number): void;
}

async function differences<Row extends object>(reading: Reading<Row>): Promise<Comparison["differing"]> {
  let done = 0;
  let found: Comparison["differing"] = null;
  for (const batch of batches(reading.rows)) {
    const there = await reading.printsThere(batch);
    for (const [index, row] of batch.entries()) {
      if (there[index] === fingerprint(reading.columnsOf(row))) continue;
      found ??= { first: reading.nameOf(row), count: 0 };
      found.count++;
    }
    done += batch.length;
    reading.tell(done);
  }
  return found;
}

const fingerprint = (columns: (string | number | null)[]): string =>
  new Bun.CryptoHasher("sha256")
    .update(columns.map((each) => (each === null ? "-" : `${Buffer.byteLength(`${each}`)}:${each}`)).join(""))
    .digest("hex");
