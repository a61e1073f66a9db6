import { and, desc, eq, isNull } from "drizzle-orm";
import type { Invites } from "../kept/invites.ts";
import { log } from "./audit.ts";
import { guarded } from "./guarded.ts";
import type { Db } from "./open.ts";
import { invites } from "./schema-doors.ts";

export function postgresInvites(db: Db): Invites {
  return {
    create: (invite, act) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          const [made] = await tx.insert(invites).values(invite).returning();
          await log(tx, { ...act, detail: { ...act.detail, invite: made!.id } });
          return made!;
        }),
      ),
    find: (id) =>
      guarded(async () => (await db.orm.select().from(invites).where(eq(invites.id, id)))[0] ?? null),
    all: () => guarded(async () => db.orm.select().from(invites).orderBy(desc(invites.id))),
    revoke: (id, at, act) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          const open = and(eq(invites.id, id), isNull(invites.revokedAt));
          const [revoked] = await tx.update(invites).set({ revokedAt: at }).where(open).returning();
          if (revoked) await log(tx, act);
          return revoked !== undefined;
        }),
      ),
  };
}
