import type { User } from "../db/kept/users.ts";
import type { Store } from "../db/store.ts";
import { Refusal } from "../refusal.ts";
import type { MakeAct } from "./act.ts";

/**
 * Refuses as `account_barred` somebody who has proven in this way who they are, and may not come in; that they tried is written
 * down, since who knows a secret of a barred account may be somebody else.
 */
export type RequireActive = (
  user: Pick<User, "id" | "standing" | "standingReason">,
  way: string,
  address: string,
) => Promise<void>;

export const requiringActive =
  (audit: Store["audit"], act: MakeAct): RequireActive =>
  async ({ id, standing, standingReason }, way, address) => {
    if (standing === "active") return;
    await audit.add(act("session.refused", { to: id, address, detail: { way, standing } }));
    const what = standing === "banned" ? "You were banned from this chat" : "This account is suspended";
    const why = standingReason ? `: ${standingReason}` : "";
    throw new Refusal("account_barred", { message: `${what}${why}${/[.!?]$/.test(why) ? "" : "."}` });
  };
