import { eq } from "drizzle-orm";
import type { ServerSettings } from "../../protocol/settings.ts";
import type { Writer } from "./audit.ts";
import { settings } from "./schema-access.ts";

const key = "house";

export const readSettings = (db: Writer): ServerSettings | null => {
  const row = db.select().from(settings).where(eq(settings.key, key)).get();
  return row ? (JSON.parse(row.value) as ServerSettings) : null;
};

export function writeSettings(db: Writer, rules: ServerSettings): void {
  const value = JSON.stringify(rules);
  db.insert(settings)
    .values({ key, value })
    .onConflictDoUpdate({ target: settings.key, set: { value } })
    .run();
}
