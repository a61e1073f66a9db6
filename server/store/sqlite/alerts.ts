import { and, asc, desc, eq, gt, isNull, lte, max } from "drizzle-orm";
import { type Alerts, alertsMax, type NewAlert } from "../alerts.ts";
import type { Writer } from "./audit.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
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

const shown = {
  id: alerts.id,
  what: alerts.what,
  at: alerts.at,
  by: alerts.byId,
  seenAt: alerts.seenAt,
};

export function sqliteAlerts(db: Db): Alerts {
  const unseenOf = (userId: number) => and(eq(alerts.userId, userId), isNull(alerts.seenAt));
  const usedOf = (userId: number, after: number) =>
    and(eq(alerts.userId, userId), eq(alerts.what, "reset link used"), gt(alerts.at, after));
  return {
    of: (userId) =>
      withDbErrors(() =>
        db.select(shown).from(alerts).where(eq(alerts.userId, userId)).orderBy(desc(alerts.id)).all(),
      ),
    unseen: (userId) =>
      withDbErrors(() => db.select(shown).from(alerts).where(unseenOf(userId)).orderBy(asc(alerts.id)).all()),
    see: (userId, id, at) =>
      withDbErrors(() => {
        const one = and(unseenOf(userId), eq(alerts.id, id));
        return db.update(alerts).set({ seenAt: at }).where(one).returning().get() !== undefined;
      }),
    tellAgain: (userId, usedAfter) =>
      withDbErrors(() => void db.update(alerts).set({ seenAt: null }).where(usedOf(userId, usedAfter)).run()),
    latest: () =>
      withDbErrors(
        () =>
          db
            .select({ id: max(alerts.id) })
            .from(alerts)
            .get()?.id ?? 0,
      ),
    toldAfter: (id) =>
      withDbErrors(() =>
        db
          .selectDistinct({ userId: alerts.userId })
          .from(alerts)
          .where(gt(alerts.id, id))
          .all()
          .map(({ userId }) => userId),
      ),
  };
}
