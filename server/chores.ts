import type { Sessions } from "./auth/sessions.ts";
import type { Registry } from "./cluster/registry.ts";
import { auditKeepMs } from "./protocol/audit.ts";
import { Refusal } from "./refusal.ts";
import type { Store } from "./store/store.ts";
import type { System } from "./system.ts";

export interface ChoresDeps {
  sessions: Pick<Sessions, "removeExpired">;
  store: Pick<Store, "tickets" | "audit">;
  /** Absent where there is one process only. */
  registry: Pick<Registry, "clean"> | undefined;
  /** Removes what deleted accounts leave to be removed. */
  erase(): Promise<void>;
  system: System;
  report(error: unknown): void;
}

const everyMs = 5 * 60_000;

/** Removes what has had its time, again and again, beginning at once. Gives a function that ends it. */
export function chores({ sessions, store, registry, erase, system, report }: ChoresDeps): () => void {
  let cancel = system.after(0, clean);

  function clean() {
    const now = system.now();
    const all = [
      sessions.removeExpired(),
      store.tickets.removeExpired(now),
      store.audit.removeOld(now - auditKeepMs),
      erase(),
      registry?.clean(),
    ];
    // A database that is full or cannot be reached is no bug; the next time will do.
    for (const chore of all) chore?.catch((error) => error instanceof Refusal || report(error));
    cancel = system.after(everyMs, clean);
  }

  return () => cancel();
}
