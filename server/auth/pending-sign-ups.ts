import type { Admission } from "../accounts/admission.ts";
import type { NewAccounts } from "../accounts/new-accounts.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import { Refusal } from "../refusal.ts";
import type { NewSession } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { User } from "../store/users.ts";
import type { System } from "../system.ts";
import { hashOfToken, isSame, newToken } from "./link-tokens.ts";
import type { ProviderAccount } from "./providers/provider.ts";

export interface PendingSignUpsDeps {
  tickets: Store["tickets"];
  admission: Admission;
  newAccounts: NewAccounts;
  auditEntry: MakeAuditEntry;
  system: System;
  /** Refuses as `rate_limited` an address that asks too often. */
  within(address: string): void;
}

/** Somebody whose account at a provider opens none here yet. */
export interface Known {
  provider: string;
  account: ProviderAccount;
  inviteId: number | null;
  /** SHA-256 of the key that their page showed; empty where it showed none. */
  keyHash: string;
}

export type PendingSignUps = ReturnType<typeof pendingSignUps>;

const kind = "sign-up";
/** How long somebody may take to choose a name. */
export const choiceMs = 15 * 60_000;

/** How somebody whom a provider knows gets an account: by the rules of all others, without a password. */
export function pendingSignUps({
  tickets,
  admission,
  newAccounts,
  auditEntry,
  system,
  within,
}: PendingSignUpsDeps) {
  /** Who shows another key has been given the token by somebody else, or has taken it from them. */
  async function knownBy(token: string | undefined, keyHash: string): Promise<{ id: Buffer; known: Known }> {
    const id = hashOfToken(token ?? "");
    const ticket = await tickets.find(id, kind, system.now());
    const known: Known | null = ticket && JSON.parse(ticket.data);
    // One from before there were keys has none.
    if (known?.keyHash === undefined || !isSame(keyHash, known.keyHash))
      throw new Refusal("link_invalid", { message: tooLate });
    return { id, known };
  }

  return {
    /** The token of somebody who may choose a name; refuses who could have no account, as admission does. */
    async welcome(known: Known): Promise<string> {
      await admission.requireOpen(known.inviteId !== null);
      const token = newToken(system.random(32));
      const expiresAt = system.now() + choiceMs;
      const data = JSON.stringify(known);
      await tickets.put({ id: hashOfToken(token), kind, userId: null, data, expiresAt });
      return token;
    },

    /** What is known of the owner of a token, by the key of whose page it was given; `link_invalid` for any other. */
    async look(token: string | undefined, keyHash: string, address: string): Promise<Known> {
      within(address);
      return (await knownBy(token, keyHash)).known;
    },

    /** Makes the account. The token goes with it, and is good for another try where a name was refused. */
    async register(
      token: string | undefined,
      name: string,
      address: string,
      session: NewSession,
    ): Promise<User> {
      within(address);
      const { id, known } = await knownBy(token, session.keyHash ?? "");
      const { provider, inviteId, account } = known;
      const admit = await admission.readmit(inviteId, address);
      await newAccounts.requireFree(name);
      const admitted = await admit();
      const { issuer, subject } = account;
      // Of two at once, the second finds the identity taken.
      const user = await newAccounts.create(name, null, {
        ...admitted,
        session,
        identity: { issuer, subject, provider, createdAt: system.now() },
        entry: auditEntry("account.registered", {
          address,
          detail: { way: "provider", provider, invite: admitted.invite?.id ?? null },
        }),
      });
      await tickets.take(id, kind, system.now());
      return user;
    },
  };
}

export const tooLate = "That took too long. Please go to the provider once more.";
