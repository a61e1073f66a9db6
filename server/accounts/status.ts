import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import { Refusal } from "../refusal.ts";
import type { Store } from "../store/store.ts";
import type { User } from "../store/users.ts";

/**
 * Refuses as `account_barred` somebody who has proven in this way who they are, and may not come in; that they tried is written
 * down, since who knows a secret of a barred account may be somebody else.
 */
export type RequireActive = (
  user: Pick<User, "id" | "status" | "statusReason">,
  way: string,
  address: string,
) => Promise<void>;

export const requiringActive =
  (audit: Store["audit"], auditEntry: MakeAuditEntry): RequireActive =>
  async ({ id, status, statusReason }, way, address) => {
    if (status === "active") return;
    await audit.add(auditEntry("session.refused", { to: id, address, detail: { way, status } }));
    const what = status === "banned" ? "You were banned from this chat" : "This account is suspended";
    const why = statusReason ? `: ${statusReason}` : "";
    throw new Refusal("account_barred", { message: `${what}${why}${/[.!?]$/.test(why) ? "" : "."}` });
  };
