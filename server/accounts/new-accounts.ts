import type { HashNew } from "../auth/new-passwords.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import type { Registration } from "../protocol/account.ts";
import { Refusal } from "../refusal.ts";
import type { NewAccount } from "../store/new-user.ts";
import type { NewSession } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { User } from "../store/users.ts";
import type { System } from "../system.ts";
import type { Admission } from "./admission.ts";
import { isReserved } from "./names.ts";

export interface NewAccountsDeps {
  users: Store["users"];
  admission: Admission;
  hashNew: HashNew;
  auditEntry: MakeAuditEntry;
  system: System;
}

export type NewAccounts = ReturnType<typeof newAccounts>;

/** How accounts come into being, whichever way their people prove who they are. */
export function newAccounts(deps: NewAccountsDeps) {
  const { users, system } = deps;

  async function requireFree(name: string) {
    if (isReserved(name))
      throw new Refusal("name_taken", { field: "name", message: "That username is reserved." });
    if (await users.byName(name)) throw new Refusal("name_taken", { field: "name" });
  }

  async function create(name: string, passwordHash: string | null, newAccount: NewAccount) {
    const user = await users.create({ name, passwordHash, createdAt: system.now() }, newAccount);
    if (!user) {
      const message = "That username is taken, or looks like one that is.";
      throw new Refusal("name_taken", { field: "name", message });
    }
    return user;
  }

  return {
    /** Refuses a name that cannot be given (`name_taken`), before anything is paid for. */
    requireFree,
    /** Makes an account for who was admitted; `name_taken` also for what looks like another. */
    create,
    /** Makes an account with a password and its first session, for who may have one. */
    async register(
      { name, password, invite }: Registration,
      address: string,
      session: NewSession,
    ): Promise<User> {
      const admit = await deps.admission.admit(invite, address);
      await requireFree(name);
      const passwordHash = await deps.hashNew(password, name, address);
      const admitted = await admit();
      const detail = { way: "password", invite: admitted.invite?.id ?? null };
      return create(name, passwordHash, {
        ...admitted,
        session,
        entry: deps.auditEntry("account.registered", { address, detail }),
      });
    },
  };
}
