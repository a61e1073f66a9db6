import type { Alert } from "../protocol/alerts.ts";

/** An alert to be: a method that takes one writes it in the transaction of what it tells, both or neither. */
export type NewAlert = Omit<Alert, "id" | "seenAt"> & { userId: number };

/** How many are kept of one person: the latest. */
export const alertsMax = 50;

/** What people have to know of their accounts until they have seen it. */
export interface Alerts {
  /** All that are kept of a user, the latest first. */
  of(userId: number): Promise<Alert[]>;
  /** Those that the user has not seen yet, the oldest first. */
  unseen(userId: number): Promise<Alert[]>;
  /** Notes that the user has seen one; false where there is none of this id that was not seen. */
  see(userId: number, id: number, at: number): Promise<boolean>;
  /** Makes those of the user unseen again that tell of a link which was used after this time. */
  tellAgain(userId: number, usedAfter: number): Promise<void>;
  /** The number of the latest of all; 0 where there was none. */
  latest(): Promise<number>;
  /** Whom those after this number are for. */
  toldAfter(id: number): Promise<number[]>;
}
