import { and, asc, desc, eq, gt, isNull, lte, max } from "drizzle-orm";
import type { Alert } from "../protocol/alerts.ts";
import {
  done,
  first,
  type Reading,
  rows,
  some,
  statement,
  type Tx,
  transaction,
  type Work,
} from "./transaction.ts";

/** An alert to be: a store function that takes one writes it in its transaction, both or neither. */
export type NewAlert = Omit<Alert, "id" | "seenAt"> & { userId: number };

/** How many are kept of one person: the latest. */
export const alertsMax = 50;

/** What people have to know of their accounts until they have seen it. */
export const alerts = {
  /** All that are kept of a user, the latest first. */
  of: statement(function* ({ db, t }, userId: number) {
    return yield* rows(
      db.select(shown(t)).from(t.alerts).where(eq(t.alerts.userId, userId)).orderBy(desc(t.alerts.id)),
    );
  }),

  /** Those that the user has not seen yet, the oldest first. */
  unseen: statement(function* (reading, userId: number) {
    return yield* rows(selectedUnseen(reading, userId));
  }),

  /** Notes that the user has seen one; false where there is none of this id that was not seen. */
  see: transaction(function* (tx, userId: number, id: number, at: number) {
    const { db, t } = tx;
    const one = and(unseenOf(t, userId), eq(t.alerts.id, id));
    if (!(yield* some(db.update(t.alerts).set({ seenAt: at }).where(one).returning({ id: t.alerts.id }))))
      return false;
    yield* notify(tx, userId);
    return true;
  }),

  /** Makes those of the user unseen again that tell of a link which was used after this time. */
  tellAgain: statement(function* ({ db, t }, userId: number, usedAfter: number) {
    const own = and(eq(t.alerts.userId, userId), eq(t.alerts.what, "reset link used"));
    const used = and(own, gt(t.alerts.at, usedAfter));
    yield* done(db.update(t.alerts).set({ seenAt: null }).where(used));
  }),

  /** The number of the latest of all; 0 where there was none. */
  latest: statement(function* ({ db, t }) {
    const found = yield* first(db.select({ id: max(t.alerts.id) }).from(t.alerts));
    return Number(found?.id ?? 0);
  }),

  /** Whom those after this number are for. */
  toldAfter: statement(function* ({ db, t }, id: number) {
    const found = yield* rows(
      db.selectDistinct({ userId: t.alerts.userId }).from(t.alerts).where(gt(t.alerts.id, id)),
    );
    return found.map(({ userId }) => userId);
  }),
};

/** Writes an alert, where one is given, and forgets the oldest of its user where there are too many. Their devices hear of it. */
export function* addAlert(tx: Tx, alert: NewAlert | undefined): Work<void> {
  const { db, t } = tx;
  if (alert === undefined) return;
  const { userId, what, at, by: byId } = alert;
  yield* done(db.insert(t.alerts).values({ userId, what, at, byId }));
  const own = eq(t.alerts.userId, userId);
  const latest = db.select({ id: t.alerts.id }).from(t.alerts).where(own).orderBy(desc(t.alerts.id));
  const surplus = yield* first(latest.limit(1).offset(alertsMax));
  if (surplus) yield* done(db.delete(t.alerts).where(and(own, lte(t.alerts.id, surplus.id))));
  yield* notify(tx, userId);
}

/** Lets all devices of a user know what there is to know now. */
function* notify({ db, t, emit }: Tx, userId: number): Work<void> {
  const alerts = yield* rows(selectedUnseen({ db, t }, userId));
  emit({ kind: "user.notified", userId, event: { type: "alerts.changed", alerts } });
}

const selectedUnseen = ({ db, t }: Pick<Reading, "db" | "t">, userId: number) =>
  db.select(shown(t)).from(t.alerts).where(unseenOf(t, userId)).orderBy(asc(t.alerts.id));

const shown = ({ alerts }: Reading["t"]) => ({
  id: alerts.id,
  what: alerts.what,
  at: alerts.at,
  by: alerts.byId,
  seenAt: alerts.seenAt,
});

const unseenOf = ({ alerts }: Reading["t"], userId: number) =>
  and(eq(alerts.userId, userId), isNull(alerts.seenAt));
