import { and, desc, eq, gte, inArray, lt, or, sql } from "drizzle-orm";
import { type AuditEntry, type AuditEvent, auditKeepMs, reportEvents } from "../protocol/audit.ts";
import { done, type NewAuditEntry, type Reading, rows, statement, transaction } from "./transaction.ts";

export interface AuditFilter {
  events?: readonly AuditEvent[] | undefined;
  /** Who did it, or to whom it was done. */
  person?: number | undefined;
  /** Leaves out what others reported of this author's messages, and what became of that. */
  besidesReportsOn?: number | undefined;
  since?: number | undefined;
  until?: number | undefined;
}

export const audit = {
  add: transaction(function* (tx, entry: NewAuditEntry) {
    yield* tx.audit(entry);
  }),

  /** The latest first: at most `limit` entries with an id below `before`. */
  page: statement(function* (reading, filter: AuditFilter, before: number | null, limit: number) {
    const { db, t } = reading;
    const { events, person, besidesReportsOn, since, until } = filter;
    const found = yield* rows(
      db
        .select()
        .from(t.audit)
        .where(
          and(
            events && inArray(t.audit.event, [...events]),
            person === undefined ? undefined : or(eq(t.audit.actorId, person), eq(t.audit.subjectId, person)),
            besidesReportsOn === undefined ? undefined : isNoReportOn(reading, besidesReportsOn),
            since === undefined ? undefined : gte(t.audit.at, since),
            until === undefined ? undefined : lt(t.audit.at, until),
            before === null ? undefined : lt(t.audit.id, before),
          ),
        )
        .orderBy(desc(t.audit.id))
        .limit(limit),
    );
    return found.map(
      (row): AuditEntry => ({
        ...row,
        event: row.event as AuditEvent,
        detail: JSON.parse(row.detail),
      }),
    );
  }),

  /**
   * Removes what is older than `before`. What is not a year older than the latest entry and than now, by the machine's own
   * clock, the database keeps: a trigger refuses its removal.
   */
  removeOld: statement(function* ({ db, t, words }, before: number) {
    const until = words.least(sql`max(a.at)`, words.now);
    const latest = sql`(select ${until} from audit a)`;
    yield* done(
      db.delete(t.audit).where(and(lt(t.audit.at, before), lt(t.audit.at, sql`${latest} - ${auditKeepMs}`))),
    );
  }),
};

/** The statement that writes an entry. */
export const insertedEntry = ({ db, t }: Pick<Reading, "db" | "t">, entry: NewAuditEntry) =>
  db.insert(t.audit).values({ ...entry, detail: JSON.stringify(entry.detail) });

/** Entries from before the author was their subject name the message, whose row stays and has its author. */
const isNoReportOn = ({ t: { audit, messages }, words }: Reading, author: number) => sql`
  case when ${inArray(audit.event, [...reportEvents])} and ${audit.actorId} <> ${author} then
    coalesce(${audit.subjectId}, (
      select ${messages.authorId} from ${messages}
      where ${messages.conversationId} = ${words.field(audit.detail, "conversation")}
        and ${messages.seq} = cast(${words.field(audit.detail, "seq")} as bigint)
    ), 0) <> ${author}
  else true end`;
