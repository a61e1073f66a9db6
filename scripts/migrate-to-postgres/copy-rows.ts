import type { SQL } from "bun";
import { insert, type Table } from "../../server/db/postgres/copied-rows.ts";
import { advance, type Progress } from "../../server/db/postgres/copy.ts";
import type { Source } from "./source.ts";
import { batches, readings } from "./source-rows.ts";

/** In the order in which their rows refer to each other. */
const tables: Table[] = ["users", "sessions", "conversations", "memberships", "messages"];

/**
 * Copies what is still missing, in batches, and tells how many messages are there after each. Gives the progress that
 * the database then bears.
 */
export async function copyRows(
  source: Source,
  sql: SQL,
  begun: Progress,
  tell: (messages: number) => void,
): Promise<Progress> {
  let progress = begun;
  const missing = tables.slice(progress.at ? tables.indexOf(progress.at.table as Table) : tables.length);
  for (const table of missing) {
    const after = progress.at?.table === table ? progress.at.after : null;
    progress = await copyTable(table, after);
  }
  return moveTo({ ...progress, at: null });

  async function copyTable<T extends Table>(table: T, after: (string | number)[] | null) {
    for (const batch of batches(readings[table].after(source.db, after))) {
      const at = { table, after: readings[table].keyOf(batch.at(-1)!) };
      const messages = progress.messages + (table === "messages" ? batch.length : 0);
      progress = await moveTo({ ...progress, at, messages }, (sql) => insert[table](sql, batch));
      tell(progress.messages);
    }
    return progress;
  }

  async function moveTo(to: Progress, store: Parameters<typeof advance>[3] = async () => {}) {
    await advance(sql, progress, to, store);
    return to;
  }
}
