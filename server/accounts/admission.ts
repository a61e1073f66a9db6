import type { LinkTokens } from "../auth/link-tokens.ts";
import type { Bound } from "../limits/guess-limits.ts";
import { spend } from "../limits/rate-limit.ts";
import type { ServerSettings } from "../protocol/settings.ts";
import { Refusal } from "../refusal.ts";
import type { NewAccount } from "../store/new-user.ts";
import type { Store } from "../store/store.ts";
import type { System } from "../system.ts";
import type { LiveSettings } from "./settings.ts";

export interface AdmissionDeps {
  invites: Store["invites"];
  settings: LiveSettings;
  tokens: LinkTokens;
  bound: Bound;
  system: System;
}

/**
 * What a new account is made with, asked for when it is made: the rules may have become others since its person was let in.
 * Refuses as `admit` does.
 */
export type Admitted = () => Promise<Pick<NewAccount, "invite">>;

export type Admission = ReturnType<typeof admission>;

/** Who may make an account, whichever way they prove who they are. */
export function admission({ invites, settings, tokens, bound, system }: AdmissionDeps) {
  const registrations = bound("registrations", 40, 10);
  const looks = bound("invitations looked at", 60, 30);

  async function valid(token: string) {
    const id = tokens.inviteId(token);
    const invite = id === null ? null : await usable(id);
    return invite && tokens.isInvite(token, invite) ? invite : null;
  }

  async function usable(id: number) {
    const invite = await invites.find(id);
    if (!invite || invite.revokedAt !== null) return null;
    const isOver = invite.expiresAt !== null && invite.expiresAt <= system.now();
    const isUsedUp = invite.maxUses !== null && invite.uses >= invite.maxUses;
    return isOver || isUsedUp ? null : invite;
  }

  async function requireOpen(isInvited: boolean): Promise<ServerSettings> {
    const rules = await settings.known();
    if (rules === null) throw new Refusal("not_set_up");
    if (rules.registration === "closed") throw new Refusal("registration_closed");
    if (rules.registration === "invite" && !isInvited) throw new Refusal("invite_needed");
    return rules;
  }

  async function admitWith(
    find: (() => ReturnType<typeof usable>) | null,
    address: string,
  ): Promise<Admitted> {
    const admitted: Admitted = async () => {
      const invite = find && (await find());
      // The rules come last, so that nothing is waited for between them and the account.
      const { registration } = await requireOpen(find !== null);
      // Where everybody may come in, an invitation that is used up keeps nobody out.
      if (find === null || registration === "open") return {};
      if (!invite) throw new Refusal("invite_invalid");
      return { invite: { id: invite.id, at: system.now() } };
    };
    await requireOpen(find !== null);
    spend(registrations, address);
    await admitted();
    return admitted;
  }

  async function invitation(token: string, address: string) {
    spend(looks, address);
    return valid(token);
  }

  return {
    /**
     * Lets in who comes from this address with this invitation. Refuses as `not_set_up`, `registration_closed`, `invite_needed`,
     * `invite_invalid` or `rate_limited`; the invitation is used up when the account is made.
     */
    admit: (token: string | undefined, address: string): Promise<Admitted> =>
      admitWith(token === undefined ? null : () => valid(token), address),
    /** The same for who has shown an invitation before, of which the id was kept. */
    readmit: (id: number | null, address: string): Promise<Admitted> =>
      admitWith(id === null ? null : () => usable(id), address),
    /** Refuses as `admit` does, of all that it looks at, what can be said before anybody comes. */
    requireOpen,
    /** The invitation of a token that can be used now; null when it cannot. Guessing is bounded by address. */
    invitation,
    /** The id of an invitation that is shown; null where it is not valid, and none is needed. Refuses as `invite_invalid`. */
    async shown(token: string, address: string): Promise<number | null> {
      const invite = await invitation(token, address);
      if (!invite && (await settings.known())?.registration !== "open") throw new Refusal("invite_invalid");
      return invite?.id ?? null;
    },
  };
}
