import { and, desc, eq, lte } from "drizzle-orm";
import { alertsMax, type NewAlert } from "../alerts.ts";
import type { Transaction } from "./open.ts";
import { alerts } from "./schema.ts";

/** Writes down an alert, where there is one, and forgets the oldest of its user where there are too many. */
export async function alertUser(db: Transaction, alert: NewAlert | undefined): Promise<void> {
  if (alert === undefined) return;
  const { userId, what, at, by: byId } = alert;
  await db.insert(alerts).values({ userId, what, at, byId });
  const own = eq(alerts.userId, userId);
  const [surplus] = await db
    .select({ id: alerts.id })
    .from(alerts)
    .where(own)
    .orderBy(desc(alerts.id))
    .limit(1)
    .offset(alertsMax);
  if (surplus) await db.delete(alerts).where(and(own, lte(alerts.id, surplus.id)));
}
