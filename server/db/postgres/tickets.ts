import { and, eq, gt, lte } from "drizzle-orm";
import type { Tickets } from "../kept/tickets.ts";
import { alertUser } from "./alerts.ts";
import { log } from "./audit.ts";
import { guarded } from "./guarded.ts";
import type { Db } from "./open.ts";
import { tickets } from "./schema-doors.ts";

export function postgresTickets(db: Db): Tickets {
  const valid = (id: Buffer, kind: string, now: number) =>
    and(eq(tickets.id, id), eq(tickets.kind, kind), gt(tickets.expiresAt, now));
  return {
    put: (ticket, act, alert) =>
      guarded(() =>
        db.orm.transaction(async (tx) => {
          await tx.insert(tickets).values(ticket);
          await log(tx, act);
          await alertUser(tx, alert);
        }),
      ),
    find: (id, kind, now) =>
      guarded(
        async () =>
          (
            await db.orm
              .select()
              .from(tickets)
              .where(valid(id, kind, now))
          )[0] ?? null,
      ),
    take: (id, kind, now) =>
      guarded(
        async () =>
          (
            await db.orm
              .delete(tickets)
              .where(valid(id, kind, now))
              .returning()
          )[0] ?? null,
      ),
    removeOf: (userId, kind) =>
      guarded(async () => {
        await db.orm.delete(tickets).where(and(eq(tickets.userId, userId), eq(tickets.kind, kind)));
      }),
    removeExpired: (now) =>
      guarded(async () => {
        await db.orm.delete(tickets).where(lte(tickets.expiresAt, now));
      }),
  };
}
