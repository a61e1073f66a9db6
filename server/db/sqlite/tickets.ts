import { and, eq, gt, lte } from "drizzle-orm";
import type { Tickets } from "../kept/tickets.ts";
import { alertUser } from "./alerts.ts";
import { log } from "./audit.ts";
import { guarded } from "./guarded.ts";
import type { Db } from "./open.ts";
import { tickets } from "./schema-doors.ts";

export function sqliteTickets(db: Db): Tickets {
  const valid = (id: Buffer, kind: string, now: number) =>
    and(eq(tickets.id, id), eq(tickets.kind, kind), gt(tickets.expiresAt, now));
  return {
    put: (ticket, act, alert) =>
      guarded(() =>
        db.transaction((tx) => {
          tx.insert(tickets).values(ticket).run();
          log(tx, act);
          alertUser(tx, alert);
        }),
      ),
    find: (id, kind, now) =>
      guarded(
        () =>
          db
            .select()
            .from(tickets)
            .where(valid(id, kind, now))
            .get() ?? null,
      ),
    take: (id, kind, now) =>
      guarded(
        () =>
          db
            .delete(tickets)
            .where(valid(id, kind, now))
            .returning()
            .get() ?? null,
      ),
    removeOf: (userId, kind) =>
      guarded(
        () =>
          void db
            .delete(tickets)
            .where(and(eq(tickets.userId, userId), eq(tickets.kind, kind)))
            .run(),
      ),
    removeExpired: (now) => guarded(() => void db.delete(tickets).where(lte(tickets.expiresAt, now)).run()),
  };
}
