import { and, desc, eq, gte, inArray, lt, max, or } from "drizzle-orm";
import { type AuditEvent, auditKeepMs } from "../../protocol/audit.ts";
import type { Act, Audit } from "../kept/audit.ts";
import { guarded } from "./guarded.ts";
import type { Db } from "./open.ts";
import { audit } from "./schema-doors.ts";

/** The database, or a transaction on it. */
export type Writer = Pick<Db, "insert" | "select" | "update" | "delete">;

/** Writes a line of the audit log, where there is one to be written. */
export function log(db: Writer, act: Act | undefined): void {
  if (act === undefined) return;
  db.insert(audit)
    .values({ ...act, detail: JSON.stringify(act.detail) })
    .run();
}

export function sqliteAudit(db: Db): Audit {
  return {
    add: (act) => guarded(() => log(db, act)),
    page: ({ events, person, since, until }, before, limit) =>
      guarded(() =>
        db
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
          .limit(limit)
          .all()
          .map((row) => ({ ...row, event: row.event as AuditEvent, detail: JSON.parse(row.detail) })),
      ),
    removeOld: (before) =>
      guarded(() => {
        const latest =
          db
            .select({ at: max(audit.at) })
            .from(audit)
            .get()?.at ?? 0;
        db.delete(audit)
          .where(lt(audit.at, Math.min(before, latest - auditKeepMs)))
          .run();
      }),
  };
}
