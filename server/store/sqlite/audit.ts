import { and, desc, eq, gte, inArray, lt, or, sql } from "drizzle-orm";
import { type AuditEvent, auditKeepMs, reportEvents } from "../../protocol/audit.ts";
import type { Audit, NewAuditEntry } from "../audit.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db } from "./open.ts";
import { messages } from "./schema.ts";
import { audit } from "./schema-access.ts";

/** The database, or a transaction on it. */
export type Writer = Pick<Db, "insert" | "select" | "update" | "delete">;

/** Writes a line of the audit log, where there is one to be written. */
export function log(db: Writer, entry: NewAuditEntry | undefined): void {
  if (entry === undefined) return;
  db.insert(audit)
    .values({ ...entry, detail: JSON.stringify(entry.detail) })
    .run();
}

/** Lines of before the author was their subject tell the message, whose row stays and has its author. */
const isNoReportOn = (author: number) => sql`
  case when ${inArray(audit.event, [...reportEvents])} and ${audit.actorId} <> ${author} then
    coalesce(${audit.subjectId}, (
      select ${messages.authorId} from ${messages}
      where ${messages.conversationId} = json_extract(${audit.detail}, '$.conversation') and ${messages.seq} = json_extract(${audit.detail}, '$.seq')
    ), 0) <> ${author}
  else true end`;

export function sqliteAudit(db: Db): Audit {
  return {
    add: (entry) => withDbErrors(() => log(db, entry)),
    page: ({ events, person, besidesReportsOn, since, until }, before, limit) =>
      withDbErrors(() =>
        db
          .select()
          .from(audit)
          .where(
            and(
              events && inArray(audit.event, [...events]),
              person === undefined ? undefined : or(eq(audit.actorId, person), eq(audit.subjectId, person)),
              besidesReportsOn === undefined ? undefined : isNoReportOn(besidesReportsOn),
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
      withDbErrors(() => {
        // As the trigger has it.
        const latest = sql`(select min(max(a.at), unixepoch() * 1000) from audit a)`;
        db.delete(audit)
          .where(and(lt(audit.at, before), lt(audit.at, sql`${latest} - ${auditKeepMs}`)))
          .run();
      }),
  };
}
