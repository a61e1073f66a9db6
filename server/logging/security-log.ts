import type { Refused } from "../refusal.ts";
import type { NewAuditEntry } from "../store/transaction.ts";
import type { System } from "../system.ts";
import { logLine } from "./log-line.ts";
import { refusals } from "./refusals-log.ts";

/**
 * The security log: one JSON line for each event, with the time in UTC, what happened, who did it and to whom (by their ids),
 * and the address it came from. It has the contents of audit entries and refusals, which hold no secret and no message.
 */
export interface SecurityLog {
  /** Logs an audit entry that the store has written. */
  write(entry: NewAuditEntry): void;
  /** Logs a refusal of a kind that an attack would cause; of a flood only some, and how many were left out. */
  refused(refusal: Refused): void;
  /** Logs how many refusals were left out until now. */
  flush(): void;
}

/** Refusals of attempts that are not allowed, or that our client never makes. Guesses are missing here: they are audit entries. */
const nudging: ReadonlySet<Refused["code"]> = new Set<Refused["code"]>([
  "foreign_origin",
  "not_signed_in",
  "wrong_session_key",
  "not_allowed",
  "proof_needed",
  "second_factor_needed",
  "enrolment_needed",
  "account_barred",
  "unknown_conversation",
  "link_invalid",
  "invite_invalid",
  "rate_limited",
  "malformed",
  "invalid",
  "unknown_command",
  "too_large",
  "unsupported_media_type",
  "method_not_allowed",
]);

export function securityLog(system: System, write: (line: string) => void): SecurityLog {
  const record = (at: number, event: string, about: object) =>
    write(logLine({ time: new Date(at).toISOString(), event, ...about }));

  const refused = refusals(system, (about) => record(system.now(), "request.refused", about));
  return {
    write({ at, event, actorId, subjectId, address, detail }) {
      record(at, event, { actor: actorId, subject: subjectId, source: address, detail });
    },
    refused(refusal) {
      if (nudging.has(refusal.code)) refused.add(refusal);
    },
    flush: refused.flush,
  };
}
