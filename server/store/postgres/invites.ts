import { and, desc, eq, isNull } from "drizzle-orm";
import type { Invites } from "../invites.ts";
import { log } from "./audit.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { invites } from "./schema.ts";

export function postgresInvites(db: Db): Invites {
  return {
    create: (invite, entry) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          const [made] = await tx.insert(invites).values(invite).returning();
          await log(tx, { ...entry, detail: { ...entry.detail, invite: made!.id } });
          return made!;
        }),
      ),
    find: (id) =>
      withDbErrors(async () => (await db.orm.select().from(invites).where(eq(invites.id, id)))[0] ?? null),
    all: () => withDbErrors(async () => db.orm.select().from(invites).orderBy(desc(invites.id))),
    revoke: (id, at, entry) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          const open = and(eq(invites.id, id), isNull(invites.revokedAt));
          const [revoked] = await tx.update(invites).set({ revokedAt: at }).where(open).returning();
          if (revoked) await log(tx, entry);
          return revoked !== undefined;
        }),
      ),
  };
}
