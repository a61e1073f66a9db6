import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import type { ProviderInfo } from "../protocol/providers.ts";
import { Refusal } from "../refusal.ts";
import type { Store } from "../store/store.ts";
import type { System } from "../system.ts";
import type { ProviderAccount, ProviderSettings } from "./providers/provider.ts";

export interface IdentitiesDeps {
  settings: readonly ProviderSettings[];
  factors: Store["factors"];
  auditEntry: MakeAuditEntry;
  system: System;
}

export type Identities = ReturnType<typeof identities>;

/** The accounts at providers by which a person signs in here. */
export function identities({ settings, factors, auditEntry, system }: IdentitiesDeps) {
  /** Nobody can sign in with an account of an issuer that is not set up any more. */
  const opening = settings.map(({ id, issuer }) => ({ provider: id, issuer }));

  async function requireNone(userId: number, issuer: string) {
    const own = await factors.identities(userId);
    if (own.some((identity) => identity.issuer === issuer)) throw new Refusal("too_many");
  }

  return {
    /** The providers and issuers whose accounts can be used to sign in now. */
    opening,

    /** The providers that can be linked, and the accounts that are linked, including those that cannot be used any more. */
    async list(userId: number): Promise<ProviderInfo[]> {
      const own = await factors.identities(userId);
      const offered = settings.map(({ id, name, issuer }) => {
        const linked = own.find((identity) => identity.provider === id && identity.issuer === issuer);
        const [linkedAt, lastUsedAt] = [linked?.createdAt ?? null, linked?.lastUsedAt ?? null];
        return { id, name, isOffered: true, linkedAt, lastUsedAt };
      });
      const former = own.filter(({ provider }) => !settings.some(({ id }) => id === provider));
      return [
        ...offered,
        ...former.map(({ provider: id, createdAt, lastUsedAt }) => ({
          id,
          name: id,
          isOffered: false,
          linkedAt: createdAt,
          lastUsedAt,
        })),
      ];
    },

    /** Refuses as `too_many` where an account at this provider is linked already: one for each provider is enough. */
    async requireUnlinked(userId: number, provider: string): Promise<void> {
      const issuer = settings.find(({ id }) => id === provider)?.issuer;
      if (issuer !== undefined) await requireNone(userId, issuer);
    },

    /** Links an account at a provider. Refuses one that is linked already, to this account or another, as `identity_taken`. */
    async link(userId: number, provider: string, account: ProviderAccount, address: string): Promise<void> {
      const { issuer, subject } = account;
      await requireNone(userId, issuer);
      const entry = auditEntry("provider.linked", { by: userId, address, detail: { provider } });
      const identity = { issuer, subject, userId, provider, createdAt: system.now() };
      if (!(await factors.addIdentity(identity, entry))) throw new Refusal("identity_taken");
    },

    /** Unlinks an account at a provider. Refuses as `last_way_in` the only way to sign in to the account. */
    async unlink(userId: number, provider: string, address: string): Promise<void> {
      const entry = auditEntry("provider.unlinked", { by: userId, address, detail: { provider } });
      const isRemoved = await factors.removeIdentities(userId, provider, entry, { opening });
      if (!isRemoved) throw new Refusal("not_found");
    },
  };
}
