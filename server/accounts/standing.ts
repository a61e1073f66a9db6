import type { User } from "../db/kept/users.ts";
import { Refusal } from "../refusal.ts";

/** Refuses somebody who has proven who they are, and may not come in. */
export function requireActive({ standing, standingReason }: Pick<User, "standing" | "standingReason">): void {
  if (standing === "active") return;
  const what = standing === "banned" ? "You were banned from this chat" : "This account is suspended";
  const why = standingReason ? `: ${standingReason}` : "";
  throw new Refusal("account_barred", { message: `${what}${why}${/[.!?]$/.test(why) ? "" : "."}` });
}
