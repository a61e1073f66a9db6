import type { Bound } from "../limits/guess-limits.ts";
import { spend } from "../limits/rate-limit.ts";
import type { Alert } from "../protocol/alerts.ts";
import type { ChatEvent } from "../protocol/events.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { System } from "../system.ts";

export interface AlertsDeps {
  alerts: Store["alerts"];
  bound: Bound;
  /** Takes an event to all devices of a user, on this node and all others. */
  tellUser(userId: number, event: ChatEvent): void;
  system: System;
}

export type Alerts = ReturnType<typeof alerts>;

/** What people have to know of their accounts, on all devices and until they have seen it. */
export function alerts({ alerts: kept, bound, tellUser, system }: AlertsDeps) {
  const rate = bound("alerts seen", 60, 60);

  /** Tells the devices of somebody what there is to know now. */
  async function tell(userId: number): Promise<void> {
    tellUser(userId, { type: "alerts.changed", alerts: await kept.unseen(userId) });
  }

  return {
    tell,

    /** All of one's own that are kept, the latest first, seen or not. */
    list: ({ userId }: Session): Promise<Alert[]> => kept.of(userId),

    /** One has seen it; `not_found` where there is none of this id that was not seen yet. */
    async see({ userId }: Session, id: number): Promise<void> {
      spend(rate, userId);
      if (!(await kept.see(userId, id, system.now()))) throw new Refusal("not_found");
    },
  };
}

const everyMs = 5_000;

/**
 * Tells of alerts that another program has written beside us, such as the command that makes reset links. Gives a function
 * that ends it.
 */
export function watchAlerts(
  kept: Store["alerts"],
  tell: (userId: number) => Promise<void>,
  { after }: Pick<System, "after">,
  report: (error: unknown) => void,
): () => void {
  let known: number | null = null;
  let cancel = after(0, look);

  async function tellNews() {
    const latest = await kept.latest();
    if (known !== null && latest > known)
      for (const userId of await kept.toldAfter(known)) await tell(userId);
    known = latest;
  }

  function look() {
    tellNews()
      // A database that cannot be asked now is asked again.
      .catch((error) => error instanceof Refusal || report(error))
      .finally(() => {
        if (!isOver) cancel = after(everyMs, look);
      });
  }
  let isOver = false;

  return () => {
    isOver = true;
    cancel();
  };
}
