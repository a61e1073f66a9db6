import type { SQL } from "bun";
import { insertRows } from "../../server/store/postgres/copied-rows.ts";
import { type CopiedTable, copiedTables } from "../../server/store/postgres/copied-tables.ts";
import { advance, type Progress } from "../../server/store/postgres/copy.ts";
import type { Source } from "./source.ts";
import { batches, type Key, keyOf, rowsAfter } from "./source-rows.ts";

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
  const { at } = begun;
  const missing = at ? copiedTables.slice(copiedTables.findIndex(({ name }) => name === at.table)) : [];
  for (const table of missing) {
    const after = at?.table === table.name ? at.after : null;
    progress = await copyTable(table, after);
  }
  return moveTo({ ...progress, at: null });

  async function copyTable(table: CopiedTable, after: Key | null) {
    for (const batch of batches(rowsAfter(source.db, table, after))) {
      const at = { table: table.name, after: keyOf(table, batch.at(-1)!) };
      const messages = progress.messages + (table.name === "chat_messages" ? batch.length : 0);
      progress = await moveTo({ ...progress, at, messages }, (sql) => insertRows(sql, table, batch));
      tell(progress.messages);
    }
    return progress;
  }

  async function moveTo(to: Progress, store: Parameters<typeof advance>[3] = async () => {}) {
    await advance(sql, progress, to, store);
    return to;
  }
}
