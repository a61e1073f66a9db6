import { and, desc, eq, isNull } from "drizzle-orm";
import type { Invites } from "../invites.ts";
import { log } from "./audit.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { invites } from "./schema-access.ts";

export function sqliteInvites(db: Db): Invites {
  return {
    create: (invite, entry) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          const made = tx.insert(invites).values(invite).returning().get();
          log(tx, { ...entry, detail: { ...entry.detail, invite: made.id } });
          return made;
        }),
      ),
    find: (id) => withDbErrors(() => db.select().from(invites).where(eq(invites.id, id)).get() ?? null),
    all: () => withDbErrors(() => db.select().from(invites).orderBy(desc(invites.id)).all()),
    revoke: (id, at, entry) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          const open = and(eq(invites.id, id), isNull(invites.revokedAt));
          const revoked = tx.update(invites).set({ revokedAt: at }).where(open).returning().get();
          if (revoked) log(tx, entry);
          return revoked !== undefined;
        }),
      ),
  };
}
