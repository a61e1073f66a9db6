import type { AuditFilter as KeptFilter } from "../db/kept/audit.ts";
import type { Session } from "../db/kept/sessions.ts";
import type { Store } from "../db/store.ts";
import type { AuditFilter, AuditPage } from "../protocol/audit-filter.ts";
import type { MakeAct } from "./act.ts";

export interface AuditTrail {
  /** A page of the log, the latest first, below the id `before`. */
  page(filter: AuditFilter, before: number | null): Promise<AuditPage>;
  /** All of it as JSON lines, the latest first, read page by page while it is taken; that it was exported is logged too. */
  export(by: Session, filter: AuditFilter, address: string): Promise<ReadableStream<Uint8Array>>;
}

const pageSize = 100;

export function auditTrail(audit: Store["audit"], act: MakeAct): AuditTrail {
  const kept = ({ event, ...rest }: AuditFilter): KeptFilter => ({
    ...rest,
    events: event === undefined ? undefined : [event],
  });

  async function page(filter: AuditFilter, before: number | null): Promise<AuditPage> {
    const entries = await audit.page(kept(filter), before, pageSize);
    return { entries, before: entries.length === pageSize ? entries.at(-1)!.id : null };
  }

  return {
    page,
    async export({ userId }, filter, address) {
      await audit.add(act("audit.exported", { by: userId, address, detail: { ...filter } }));
      let before: number | null = null;
      return new ReadableStream({
        async pull(controller) {
          const { entries, before: next }: AuditPage = await page(filter, before);
          const lines = entries.map(({ at, ...entry }) =>
            JSON.stringify({ time: new Date(at).toISOString(), ...entry }),
          );
          if (lines.length > 0) controller.enqueue(Buffer.from(`${lines.join("\n")}\n`));
          before = next;
          if (before === null) controller.close();
        },
      });
    },
  };
}
