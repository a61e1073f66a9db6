import type { Person } from "../protocol/events.ts";
import type { AccountStatus, Role } from "../protocol/roles.ts";
import type { ServerSettings } from "../protocol/settings.ts";
import type { NewAlert } from "./alerts.ts";
import type { Actor } from "./authority.ts";
import type { Identity } from "./factors.ts";
import type { NewSession } from "./sessions.ts";
import type { NewAuditEntry } from "./transaction.ts";

export interface User {
  id: number;
  name: string;
  /** Null where the account has no password, but other ways in. */
  passwordHash: string | null;
  role: Role;
  status: AccountStatus;
  statusReason: string | null;
  mutedUntil: number | null;
  /** Whether codes of an authenticator app are set up. */
  hasCode: boolean;
  hasPasskey: boolean;
  /** Whether recovery codes were given with these, used up or not. Accounts from before have none with their passkeys. */
  hasRecovery: boolean;
  createdAt: number;
  lastSignInAt: number | null;
}

/** An account as the admins see it. */
export interface PersonOverview extends Omit<User, "passwordHash"> {
  /** How many sessions there are, expired ones left out by the caller's clock: seen since, begun since. */
  sessions: number;
}

/** What comes with a new account, all or nothing. */
export interface NewAccount {
  session?: NewSession | undefined;
  /** Takes one use of this invitation; Refusal("invite_invalid") where there is none left at `at`. */
  invite?: { id: number; at: number } | undefined;
  /** The account at a provider that opens this one; Refusal("identity_taken") where it opens another. */
  identity?: Omit<Identity, "userId" | "lastUsedAt"> | undefined;
  /** Sets the server up, with this account as the owner; Refusal("already_set_up") where it is. */
  settings?: ServerSettings | undefined;
  entry?: NewAuditEntry | undefined;
}

export interface Users {
  /**
   * Adds an account with what belongs to it, and makes it a member of the group, which starts out as read; null when the
   * name is taken, or looks like one that is. The role is `member`, or `owner` where the server is set up by it.
   */
  create(
    user: { name: string; passwordHash: string | null; createdAt: number },
    newAccount?: NewAccount,
  ): Promise<User | null>;
  /** Without regard to case; null when there is none. */
  byName(name: string): Promise<User | null>;
  byId(id: number): Promise<User | null>;
  /** Everyone who has or had an account, by id, with who is suspended or banned. */
  directory(): Promise<Person[]>;
  /** Those who may not write for the time being, and until when. */
  muted(): Promise<{ id: number; until: number }[]>;
  /** Everyone who has an account, by id, counting the sessions seen since `seenAfter` and begun since `createdAfter`. */
  overview(seenAfter: number, createdAfter: number): Promise<PersonOverview[]>;
  signedIn(id: number, at: number): Promise<void>;
  /**
   * Sets another password and ends all sessions and tickets of the account, all or nothing; `by` is the session that asked for
   * it. False where the account is not active, or its password is not the one any more that `was` there when it was proven.
   */
  setPassword(
    id: number,
    passwordHash: string,
    was: string | null,
    by?: Buffer,
    entry?: NewAuditEntry,
    alert?: NewAlert,
  ): Promise<boolean>;
  /**
   * Who may not invite any more with it loses their invitations. False where the account is gone, or is the owner's. With a
   * power it is refused where that does not hold; so below.
   */
  setRole(id: number, role: Role, entry: NewAuditEntry, actor?: Actor): Promise<boolean>;
  /** The owner becomes an admin and another becomes the owner; false where either is not, or not active. */
  handOver(from: number, to: number, entry: NewAuditEntry): Promise<boolean>;
  /** Anything but `active` ends all sessions with it, the tickets of the account and its invitations. False where the account is gone. */
  setStatus(
    id: number,
    status: AccountStatus,
    reason: string | null,
    entry: NewAuditEntry,
    actor?: Actor,
  ): Promise<boolean>;
  /** Null lets the person write again. False where the account is gone. */
  mute(id: number, until: number | null, entry: NewAuditEntry, actor?: Actor): Promise<boolean>;
  /**
   * Forgets name, password, role, factors, identities, tickets, sessions, memberships, and reports made; revokes the
   * invitations made. Messages stay, under the id; with `erase` the account is marked for `erasing`. Refuses the owner's as
   * `owner_stays`.
   */
  remove(id: number, erase?: boolean, entry?: NewAuditEntry, actor?: Actor): Promise<void>;
  /** Deleted accounts whose messages are still to be removed. */
  erasing(): Promise<number[]>;
  /** Says that there is nothing left of an account to be removed. */
  erased(id: number): Promise<void>;
}
