import { and, asc, desc, eq, gt, isNull, lte, max } from "drizzle-orm";
import { type Alerts, alertsMax, type NewAlert } from "../alerts.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db, Transaction } from "./open.ts";
import { alerts } from "./schema-access.ts";

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

const shown = {
  id: alerts.id,
  what: alerts.what,
  at: alerts.at,
  by: alerts.byId,
  seenAt: alerts.seenAt,
};

export function postgresAlerts(db: Db): Alerts {
  const unseenOf = (userId: number) => and(eq(alerts.userId, userId), isNull(alerts.seenAt));
  const usedOf = (userId: number, after: number) =>
    and(eq(alerts.userId, userId), eq(alerts.what, "reset link used"), gt(alerts.at, after));
  return {
    of: (userId) =>
      withDbErrors(async () =>
        db.orm.select(shown).from(alerts).where(eq(alerts.userId, userId)).orderBy(desc(alerts.id)),
      ),
    unseen: (userId) =>
      withDbErrors(async () =>
        db.orm.select(shown).from(alerts).where(unseenOf(userId)).orderBy(asc(alerts.id)),
      ),
    see: (userId, id, at) =>
      withDbErrors(async () => {
        const one = and(unseenOf(userId), eq(alerts.id, id));
        return (await db.orm.update(alerts).set({ seenAt: at }).where(one).returning()).length > 0;
      }),
    tellAgain: (userId, usedAfter) =>
      withDbErrors(async () => {
        await db.orm.update(alerts).set({ seenAt: null }).where(usedOf(userId, usedAfter));
      }),
    latest: () =>
      withDbErrors(async () =>
        Number((await db.orm.select({ id: max(alerts.id) }).from(alerts))[0]?.id ?? 0),
      ),
    toldAfter: (id) =>
      withDbErrors(async () => {
        const rows = await db.orm
          .selectDistinct({ userId: alerts.userId })
          .from(alerts)
          .where(gt(alerts.id, id));
        return rows.map(({ userId }) => userId);
      }),
  };
}
