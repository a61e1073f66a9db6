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

/** Somebody whose account at a provider belongs to no account here yet. */
export interface Known {
  provider: string;
  account: ProviderAccount;
  inviteId: number | null;
  /** SHA-256 of the session key that their page sent; empty where it sent none. */
  keyHash: string;
}

export type PendingSignUps = ReturnType<typeof pendingSignUps>;

const kind = "sign-up";
/** How long somebody may take to choose a name. */
export const choiceMs = 15 * 60_000;

/** Makes accounts for people who come from a provider: by the rules for everybody, and without a password. */
export function pendingSignUps({
  tickets,
  admission,
  newAccounts,
  auditEntry,
  system,
  within,
}: PendingSignUpsDeps) {
  /** Finds a pending sign-up by token and session key. With another key, the token was passed on or stolen. */
  async function knownBy(token: string | undefined, keyHash: string): Promise<{ id: Buffer; known: Known }> {
    const id = hashOfToken(token ?? "");
    const ticket = await tickets.find(id, kind, system.now());
    const known: Known | null = ticket && JSON.parse(ticket.data);
    // A ticket from before session keys has none.
    if (known?.keyHash === undefined || !isSame(keyHash, known.keyHash))
      throw new Refusal("link_invalid", { message: tooLate });
    return { id, known };
  }

  return {
    /** Makes the token with which somebody may choose a name. Refuses, as admission does, who may not have an account. */
    async welcome(known: Known): Promise<string> {
      await admission.requireOpen(known.inviteId !== null);
      const token = newToken(system.random(32));
      const expiresAt = system.now() + choiceMs;
      const data = JSON.stringify(known);
      await tickets.put({ id: hashOfToken(token), kind, userId: null, data, expiresAt });
      return token;
    },

    /** The pending sign-up of a token and the key of its page; refuses anything else as `link_invalid`. */
    async look(token: string | undefined, keyHash: string, address: string): Promise<Known> {
      within(address);
      return (await knownBy(token, keyHash)).known;
    },

    /** Makes the account and uses up the token; where the name is refused, the token stays valid for another try. */
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
      // Of two requests at once, the second finds the identity taken.
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
