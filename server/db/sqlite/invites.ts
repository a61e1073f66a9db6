import { and, desc, eq, isNull } from "drizzle-orm";
import type { Invites } from "../kept/invites.ts";
import { log } from "./audit.ts";
import { guarded } from "./guarded.ts";
import type { Db } from "./open.ts";
import { invites } from "./schema-doors.ts";

export function sqliteInvites(db: Db): Invites {
  return {
    create: (invite, act) =>
      guarded(() =>
        db.transaction((tx) => {
          const made = tx.insert(invites).values(invite).returning().get();
          log(tx, { ...act, detail: { ...act.detail, invite: made.id } });
          return made;
        }),
      ),
    find: (id) => guarded(() => db.select().from(invites).where(eq(invites.id, id)).get() ?? null),
    all: () => guarded(() => db.select().from(invites).orderBy(desc(invites.id)).all()),
    revoke: (id, at, act) =>
      guarded(() =>
        db.transaction((tx) => {
          const open = and(eq(invites.id, id), isNull(invites.revokedAt));
          const revoked = tx.update(invites).set({ revokedAt: at }).where(open).returning().get();
          if (revoked) log(tx, act);
          return revoked !== undefined;
        }),
      ),
  };
}
