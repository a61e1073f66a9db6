import { takenFile } from "../export/file-stream.ts";
import type { AuditFilter, AuditPage } from "../protocol/audit-filter.ts";
import { may } from "../protocol/roles.ts";
import { Refusal } from "../refusal.ts";
import type { AuditFilter as StoredFilter } from "../store/audit.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { MakeAuditEntry } from "./audit-entry.ts";
import { withheldFrom } from "./reports.ts";

const pageSize = 100;

export interface AuditTrailDeps {
  store: Pick<Store, "audit" | "sessions">;
  auditEntry: MakeAuditEntry;
  report(error: unknown): unknown;
}

export type AuditTrail = ReturnType<typeof auditTrail>;

export function auditTrail({ store: { audit, sessions }, auditEntry, report }: AuditTrailDeps) {
  const stored = (by: Session, { event, ...rest }: AuditFilter): StoredFilter => ({
    ...rest,
    besidesReportsOn: withheldFrom(by) ?? undefined,
    events: event === undefined ? undefined : [event],
  });

  async function page(by: Session, filter: AuditFilter, before: number | null): Promise<AuditPage> {
    const entries = await audit.page(stored(by, filter), before, pageSize);
    return { entries, before: entries.length === pageSize ? entries.at(-1)!.id : null };
  }

  return {
    /** A page of the log, the latest first, below the id `before`, without what tells who reported somebody to themself. */
    page,
    /**
     * All of it as JSON lines, the latest first, read page by page while it is taken, by who may read it; that it was exported
     * is logged too.
     */
    async export(by: Session, filter: AuditFilter, address: string): Promise<ReadableStream<Uint8Array>> {
      await audit.add(auditEntry("audit.exported", { by: by.userId, address, detail: { ...filter } }));
      let reader = by;
      async function* parts() {
        let before: number | null = null;
        do {
          const latest: AuditPage = await page(reader, filter, before);
          const lines = latest.entries.map(({ at, ...entry }) =>
            JSON.stringify({ time: new Date(at).toISOString(), ...entry }),
          );
          yield lines.map((line) => `${line}\n`).join("");
          ({ before } = latest);
        } while (before !== null);
      }
      async function allow() {
        const session = await sessions.find(by.id);
        if (!session) throw new Refusal("not_signed_in");
        if (!may(session.role, "audit.read")) throw new Refusal("not_allowed");
        reader = session;
      }
      return takenFile(parts(), allow, report);
    },
  };
}
