import { eq } from "drizzle-orm";
import type { ServerSettings } from "../../protocol/settings.ts";
import { type Author, emit } from "./cluster-events.ts";
import type { Transaction } from "./open.ts";
import { settings } from "./schema.ts";

const key = "house";

export async function readSettings(db: Pick<Transaction, "select">): Promise<ServerSettings | null> {
  const [row] = await db.select().from(settings).where(eq(settings.key, key));
  return row ? (JSON.parse(row.value) as ServerSettings) : null;
}

/** Sets the server up, where it is not; false where it is: of those who do it at once, one does. */
export async function beginSettings(
  db: Transaction,
  author: Author,
  rules: ServerSettings,
): Promise<boolean> {
  const value = JSON.stringify(rules);
  const [begun] = await db.insert(settings).values({ key, value }).onConflictDoNothing().returning();
  if (begun) await emit(db, author, { kind: "settings.changed", settings: rules });
  return begun !== undefined;
}
