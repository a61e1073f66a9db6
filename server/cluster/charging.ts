import type { Spending } from "../limits/spending.ts";
import { Refusal } from "../refusal.ts";
import type { System } from "../system.ts";
import type { Registry } from "./registry.ts";
import type { Signals } from "./signals.ts";

export interface ChargingDeps {
  spending: Spending;
  registry: Pick<Registry, "addClusterEvent">;
  signals: Pick<Signals, "send">;
  system: System;
  report(error: unknown): void;
}

/** How often nodes tell each other what was spent of rate limits. */
const shareMs = 800;

/** Tells the other nodes, again and again, what was spent here. Gives a function that ends it. */
export function charging({ spending, registry, signals, system, report }: ChargingDeps): () => void {
  let cancel = system.after(shareMs, share);

  async function share() {
    const spent = spending.collect();
    try {
      if (spent !== null) {
        await registry.addClusterEvent({ kind: "spent", spent });
        signals.send({ kind: "look" });
      }
    } catch (error) {
      if (!(error instanceof Refusal)) report(error);
      else if (spent !== null) spending.putBack(spent);
    }
    cancel = system.after(shareMs, share);
  }

  return () => cancel();
}
