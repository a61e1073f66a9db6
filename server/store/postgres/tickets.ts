import { and, eq, gt, lte } from "drizzle-orm";
import type { Tickets } from "../tickets.ts";
import { alertUser } from "./alerts.ts";
import { log } from "./audit.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { tickets } from "./schema-access.ts";

export function postgresTickets(db: Db): Tickets {
  const valid = (id: Buffer, kind: string, now: number) =>
    and(eq(tickets.id, id), eq(tickets.kind, kind), gt(tickets.expiresAt, now));
  return {
    put: (ticket, entry, alert) =>
      withDbErrors(() =>
        db.orm.transaction(async (tx) => {
          await tx.insert(tickets).values(ticket);
          await log(tx, entry);
          await alertUser(tx, alert);
        }),
      ),
    find: (id, kind, now) =>
      withDbErrors(
        async () =>
          (
            await db.orm
              .select()
              .from(tickets)
              .where(valid(id, kind, now))
          )[0] ?? null,
      ),
    take: (id, kind, now) =>
      withDbErrors(
        async () =>
          (
            await db.orm
              .delete(tickets)
              .where(valid(id, kind, now))
              .returning()
          )[0] ?? null,
      ),
    removeOf: (userId, kind) =>
      withDbErrors(async () => {
        await db.orm.delete(tickets).where(and(eq(tickets.userId, userId), eq(tickets.kind, kind)));
      }),
    removeExpired: (now) =>
      withDbErrors(async () => {
        await db.orm.delete(tickets).where(lte(tickets.expiresAt, now));
      }),
  };
}
