import { eq } from "drizzle-orm";
import type { ServerSettings } from "../protocol/settings.ts";
import {
  done,
  first,
  type NewAuditEntry,
  some,
  statement,
  type Tx,
  transaction,
  type Work,
} from "./transaction.ts";

/** The key of before, which is stored. */
const key = "house";

export const settings = {
  /** Null until the server is set up. */
  read: statement(function* ({ db, t }) {
    const row = yield* first(db.select().from(t.settings).where(eq(t.settings.key, key)));
    return row && (JSON.parse(row.value) as ServerSettings);
  }),

  write: transaction(function* (tx, settings: ServerSettings, entry?: NewAuditEntry) {
    const { db, t } = tx;
    const value = JSON.stringify(settings);
    const conflict = { target: t.settings.key, set: { value } };
    yield* done(db.insert(t.settings).values({ key, value }).onConflictDoUpdate(conflict));
    tx.emit({ kind: "settings.changed", settings });
    yield* tx.audit(entry);
  }),
};

/** Sets the server up, where it is not; false where it is: of those who do it at once, one does. */
export function* beginSettings({ db, t, emit }: Tx, settings: ServerSettings): Work<boolean> {
  const row = { key, value: JSON.stringify(settings) };
  const begun = yield* some(db.insert(t.settings).values(row).onConflictDoNothing().returning());
  if (begun) emit({ kind: "settings.changed", settings });
  return begun;
}
