import { and, eq, gt, lte } from "drizzle-orm";
import type { Tickets } from "../tickets.ts";
import { alertUser } from "./alerts.ts";
import { log } from "./audit.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { tickets } from "./schema-access.ts";

export function sqliteTickets(db: Db): Tickets {
  const valid = (id: Buffer, kind: string, now: number) =>
    and(eq(tickets.id, id), eq(tickets.kind, kind), gt(tickets.expiresAt, now));
  return {
    put: (ticket, entry, alert) =>
      withDbErrors(() =>
        db.transaction((tx) => {
          tx.insert(tickets).values(ticket).run();
          log(tx, entry);
          alertUser(tx, alert);
        }),
      ),
    find: (id, kind, now) =>
      withDbErrors(
        () =>
          db
            .select()
            .from(tickets)
            .where(valid(id, kind, now))
            .get() ?? null,
      ),
    take: (id, kind, now) =>
      withDbErrors(
        () =>
          db
            .delete(tickets)
            .where(valid(id, kind, now))
            .returning()
            .get() ?? null,
      ),
    removeOf: (userId, kind) =>
      withDbErrors(
        () =>
          void db
            .delete(tickets)
            .where(and(eq(tickets.userId, userId), eq(tickets.kind, kind)))
            .run(),
      ),
    removeExpired: (now) =>
      withDbErrors(() => void db.delete(tickets).where(lte(tickets.expiresAt, now)).run()),
  };
}
