import type { LinkTokens } from "../auth/link-tokens.ts";
import type { Bound } from "../limits/guess-limits.ts";
import { spend } from "../limits/rate-limit.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import type { Invitation, InviteInfo, InviteState, NewInvite } from "../protocol/invites.ts";
import { Refusal } from "../refusal.ts";
import type { Invite } from "../store/invites.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { System } from "../system.ts";
import type { Admission } from "./admission.ts";
import type { People } from "./directory.ts";

export interface InvitationsDeps {
  invites: Store["invites"];
  admission: Pick<Admission, "invitation">;
  tokens: LinkTokens;
  people: Pick<People, "nameOf">;
  bound: Bound;
  auditEntry: MakeAuditEntry;
  system: System;
}

export type Invitations = ReturnType<typeof invitations>;

/** What admins do with invitations, and what those see of one who were given it. */
export function invitations({
  invites,
  admission,
  tokens,
  people,
  bound,
  auditEntry,
  system,
}: InvitationsDeps) {
  const made = bound("invitations made", 60, 20);
  const infoOf = ({ revokedAt, ...invite }: Invite): InviteInfo => ({
    ...invite,
    token: tokens.invite(invite),
    state: stateOf({ ...invite, revokedAt }, system.now()),
  });

  return {
    /** The latest first, those that cannot be used any more among them. */
    all: async (): Promise<InviteInfo[]> => (await invites.all()).map(infoOf),

    /** Makes one; refuses as `rate_limited` where somebody makes too many. */
    async make({ label, expiresIn, maxUses }: NewInvite, { userId }: Session, address: string) {
      spend(made, userId);
      const createdAt = system.now();
      const expiresAt = expiresIn === null ? null : createdAt + expiresIn;
      const entry = auditEntry("invite.made", { by: userId, address, detail: { label, expiresAt, maxUses } });
      return infoOf(await invites.create({ createdBy: userId, createdAt, expiresAt, maxUses, label }, entry));
    },

    /** From here on nobody comes in with it; `not_found` where there is none, or it was revoked before. */
    async revoke(id: number, { userId }: Session, address: string): Promise<void> {
      const entry = auditEntry("invite.revoked", { by: userId, address, detail: { invite: id } });
      if (!(await invites.revoke(id, system.now(), entry))) throw new Refusal("not_found");
    },

    /** Whether somebody who was given this token may come in with it, and who invites. Guessing is bounded by address. */
    async look(token: string, address: string): Promise<Invitation> {
      const invite = await admission.invitation(token, address);
      return { valid: invite !== null, by: invite && people.nameOf(invite.createdBy) };
    },
  };
}

function stateOf({ revokedAt, maxUses, uses, expiresAt }: Invite, now: number): InviteState {
  if (revokedAt !== null) return "revoked";
  if (maxUses !== null && uses >= maxUses) return "used up";
  return expiresAt !== null && expiresAt <= now ? "expired" : "open";
}
