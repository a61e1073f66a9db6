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

/** The accounts at providers that open one's own account here. */
export function identities({ settings, factors, auditEntry, system }: IdentitiesDeps) {
  /** One of an issuer that is not set up any more opens nothing. */
  const opening = settings.map(({ id, issuer }) => ({ provider: id, issuer }));

  async function requireNone(userId: number, issuer: string) {
    const own = await factors.identities(userId);
    if (own.some((identity) => identity.issuer === issuer)) throw new Refusal("too_many");
  }

  return {
    /** Where those have to be that open an account now. */
    opening,

    /** Those there are to link, and those that are linked, though they may open nothing any more. */
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

    /** Refuses as `too_many` where an account at this provider opens the account already: one of each is enough. */
    async requireUnlinked(userId: number, provider: string): Promise<void> {
      const issuer = settings.find(({ id }) => id === provider)?.issuer;
      if (issuer !== undefined) await requireNone(userId, issuer);
    },

    /** From here on it opens the account; `identity_taken` where it opens another, or this one. */
    async link(userId: number, provider: string, account: ProviderAccount, address: string): Promise<void> {
      const { issuer, subject } = account;
      await requireNone(userId, issuer);
      const entry = auditEntry("provider.linked", { by: userId, address, detail: { provider } });
      const identity = { issuer, subject, userId, provider, createdAt: system.now() };
      if (!(await factors.addIdentity(identity, entry))) throw new Refusal("identity_taken");
    },

    /** From here on it opens nothing; `last_way_in` where there is no other way into the account. */
    async unlink(userId: number, provider: string, address: string): Promise<void> {
      const entry = auditEntry("provider.unlinked", { by: userId, address, detail: { provider } });
      const isRemoved = await factors.removeIdentities(userId, provider, entry, { opening });
      if (!isRemoved) throw new Refusal("not_found");
    },
  };
}
