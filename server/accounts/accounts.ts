import type { KnownDevices } from "../auth/known-devices.ts";
import type { HashNew } from "../auth/new-passwords.ts";
import type { Passwords } from "../auth/passwords.ts";
import { provesInTwoSteps } from "../auth/second-step.ts";
import type { ClientInfo, Sessions } from "../auth/sessions.ts";
import type { GuessLimits } from "../limits/guess-limits.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import type { AccountInfo, Credentials, Deletion } from "../protocol/account.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { User } from "../store/users.ts";
import type { System } from "../system.ts";
import type { People } from "./directory.ts";
import type { RequireActive } from "./status.ts";

export interface AccountsDeps {
  users: Store["users"];
  audit: Store["audit"];
  people: People;
  passwords: Passwords;
  hashNew: HashNew;
  guesses: GuessLimits;
  devices: KnownDevices;
  sessions: Pick<Sessions, "isFresh">;
  requireActive: RequireActive;
  sessionStore: Pick<Store["sessions"], "find">;
  auditEntry: MakeAuditEntry;
  system: System;
  /** Clears away what a deleted account leaves. */
  erase(): void;
}

export type Accounts = ReturnType<typeof accounts>;

/** What people do with their accounts. Each refuses with a code of the protocol and then has changed nothing. */
export function accounts(deps: AccountsDeps) {
  const { users, people, passwords, guesses, devices, system, auditEntry } = deps;
  /** The signed-in user, once the password is proven; `wrong_password` otherwise. */
  async function proven(session: Session, password: string, address: string): Promise<User> {
    const user = await users.byId(session.userId);
    if (!user) throw new Refusal("not_signed_in");
    const source = { address, known: `session ${session.id.toString("base64url")}` };
    const right = await guesses.attempt(user.name, source, () =>
      passwords.matches(password, user.passwordHash, address),
    );
    if (!right) throw new Refusal("wrong_password");
    return user;
  }

  async function stillProven({ id, passwordHash }: User): Promise<boolean> {
    const user = await users.byId(id);
    return user?.passwordHash === passwordHash && user.status === "active";
  }

  return {
    /** Proves who someone is; `wrong_credentials` says and takes the same for an unknown name and a wrong password. */
    async signIn(
      { name, password }: Credentials,
      { address }: ClientInfo,
      mark: string | undefined,
    ): Promise<User> {
      const user = await users.byName(name);
      const isKnown = mark !== undefined && devices.isKnown(mark, user);
      const source = { address, known: isKnown ? devices.keyOf(mark) : null };
      let isRight = false;
      // A right one costs like a wrong one where the account is barred: each try is written down.
      await guesses.attempt(name, source, async () => {
        isRight = await passwords.matches(password, user?.passwordHash ?? null, address);
        return isRight && user?.status === "active";
      });
      if (!isRight || !user) {
        const to = user === null ? {} : { to: user.id };
        await deps.audit.add(auditEntry("session.refused", { ...to, address, detail: { way: "password" } }));
        throw new Refusal("wrong_credentials");
      }
      await deps.requireActive(user, "password", address);
      await users.signedIn(user.id, system.now());
      return user;
    },

    /** What the account panel shows; `lastSignInAt` is when the present or latest sign-in was. */
    async info(session: Session): Promise<AccountInfo> {
      const user = await users.byId(session.userId);
      if (!user) throw new Refusal("not_signed_in");
      const { id, name, role, createdAt, lastSignInAt, hasCode, hasPasskey, hasRecovery } = user;
      return {
        id,
        name,
        role,
        createdAt,
        lastSignInAt,
        hasPassword: user.passwordHash !== null,
        hasCode,
        hasPasskey,
        hasRecovery,
        provesInTwoSteps: provesInTwoSteps(session),
        isFresh: deps.sessions.isFresh(session),
      };
    },

    proven,

    /**
     * Whether what someone proved is still so: hashing takes a while, in which the password may have been changed, to
     * keep out whoever knew it, or the account locked or deleted.
     */
    stillProven,

    /**
     * Sets a new password after proof of the current one, and ends all sessions. An account that has none yet, or has a second
     * step, asks for a fresh proof (`proof_needed`).
     */
    async changePassword(
      session: Session,
      current: string | undefined,
      next: string,
      address: string,
    ): Promise<User> {
      if (provesInTwoSteps(session) && !deps.sessions.isFresh(session)) throw new Refusal("proof_needed");
      const user =
        current === undefined ? await withoutPassword(session) : await proven(session, current, address);
      const passwordHash = await deps.hashNew(next, user.name, address);
      const entry = auditEntry("password.changed", { by: user.id, address });
      const isSet = await users.setPassword(user.id, passwordHash, user.passwordHash, session.id, entry);
      if (!isSet) throw new Refusal("wrong_password");
      return { ...user, passwordHash };
    },

    /**
     * Deletes the account: name, factors, sessions and marks go; messages stay as a nobody's, or are removed. The owner's
     * stays until the chat is handed over.
     */
    async remove({ id, userId }: Session, { messages }: Deletion, address: string): Promise<void> {
      // Whoever was logged out meanwhile, such as by a new password, deletes nothing any more.
      if ((await deps.sessionStore.find(id)) === null) throw new Refusal("not_signed_in");
      if (people.roleOf(userId) === "owner") throw new Refusal("owner_stays");
      const entry = auditEntry("account.deleted", { by: userId, address, detail: { messages } });
      await users.remove(userId, messages === "remove", entry);
      deps.erase();
    },
  };

  async function withoutPassword(session: Session): Promise<User> {
    const user = await users.byId(session.userId);
    if (!user) throw new Refusal("not_signed_in");
    if (user.passwordHash !== null) throw new Refusal("wrong_password", { field: "current" });
    if (!deps.sessions.isFresh(session)) throw new Refusal("proof_needed");
    return user;
  }
}
