import { and, desc, eq, gte, inArray, lt, or, sql } from "drizzle-orm";
import { type AuditEvent, auditKeepMs, reportEvents } from "../../protocol/audit.ts";
import type { Audit, NewAuditEntry } from "../audit.ts";
import { withDbErrors } from "./db-errors.ts";
import type { Db, Transaction } from "./open.ts";
import { messages } from "./schema.ts";
import { audit } from "./schema-access.ts";

/** Writes a line of the audit log, where there is one to be written. */
export async function log(db: Pick<Transaction, "insert">, entry: NewAuditEntry | undefined): Promise<void> {
  if (entry !== undefined) await db.insert(audit).values({ ...entry, detail: JSON.stringify(entry.detail) });
}

/** Lines of before the author was their subject tell the message, whose row stays and has its author. */
const isNoReportOn = (author: number) => sql`
  case when ${inArray(audit.event, [...reportEvents])} and ${audit.actorId} <> ${author}::bigint then
    coalesce(${audit.subjectId}, (
      select ${messages.authorId} from ${messages}
      where ${messages.conversationId} = ${audit.detail}::json->>'conversation' and ${messages.seq} = (${audit.detail}::json->>'seq')::bigint
    ), 0) <> ${author}::bigint
  else true end`;

export function postgresAudit(db: Db): Audit {
  return {
    add: (entry) => withDbErrors(() => log(db.orm, entry)),
    page: ({ events, person, besidesReportsOn, since, until }, before, limit) =>
      withDbErrors(async () => {
        const rows = await db.orm
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
          .limit(limit);
        return rows.map((row) => ({
          ...row,
          event: row.event as AuditEvent,
          detail: JSON.parse(row.detail),
        }));
      }),
    removeOld: (before) =>
      withDbErrors(async () => {
        // As the trigger has it.
        const latest = sql`(select least(max(a.at), floor(extract(epoch from now()) * 1000)::bigint) from audit a)`;
        const isOver = and(lt(audit.at, before), lt(audit.at, sql`${latest} - ${auditKeepMs}::bigint`));
        await db.orm.delete(audit).where(isOver);
      }),
  };
}
