import { and, desc, eq, lte } from "drizzle-orm";
import { alertsMax, type NewAlert } from "../alerts.ts";
import type { Writer } from "./audit.ts";
import { alerts } from "./schema-access.ts";

/** Writes down an alert, where there is one, and forgets the oldest of its user where there are too many. */
export function alertUser(db: Writer, alert: NewAlert | undefined): void {
  if (alert === undefined) return;
  const { userId, what, at, by: byId } = alert;
  db.insert(alerts).values({ userId, what, at, byId }).run();
  const own = eq(alerts.userId, userId);
  const surplus = db
    .select({ id: alerts.id })
    .from(alerts)
    .where(own)
    .orderBy(desc(alerts.id))
    .limit(1)
    .offset(alertsMax)
    .get();
  if (surplus)
    db.delete(alerts)
      .where(and(own, lte(alerts.id, surplus.id)))
      .run();
}
