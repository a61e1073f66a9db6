import { and, desc, eq, gte, inArray, lt, max, or } from "drizzle-orm";
import { type AuditEvent, auditKeepMs } from "../../protocol/audit.ts";
import type { Act, Audit } from "../kept/audit.ts";
import { guarded } from "./guarded.ts";
import type { Db, Transaction } from "./open.ts";
import { audit } from "./schema-doors.ts";

/** Writes a line of the audit log, where there is one to be written. */
export async function log(db: Pick<Transaction, "insert">, act: Act | undefined): Promise<void> {
  if (act !== undefined) await db.insert(audit).values({ ...act, detail: JSON.stringify(act.detail) });
}

export function postgresAudit(db: Db): Audit {
  return {
    add: (act) => guarded(() => log(db.orm, act)),
    page: ({ events, person, since, until }, before, limit) =>
      guarded(async () => {
        const rows = await db.orm
          .select()
          .from(audit)
          .where(
            and(
              events && inArray(audit.event, [...events]),
              person === undefined ? undefined : or(eq(audit.actorId, person), eq(audit.subjectId, person)),
              since === undefined ? undefined : gte(audit.at, since),
              until === undefined ? undefined : lt(audit.at, until),
              before === null ? undefined : lt(audit.id, before),
            ),
          )
          .orderBy(desc(audit.id))
          .limit(limit);
        return rows.map((row) => ({
          ...row,
          event: row.event as AuditEvent,
          detail: JSON.parse(row.detail),
        }));
      }),
    removeOld: (before) =>
      guarded(async () => {
        const [latest] = await db.orm.select({ at: max(audit.at) }).from(audit);
        await db.orm.delete(audit).where(lt(audit.at, Math.min(before, (latest?.at ?? 0) - auditKeepMs)));
      }),
  };
}
