import type { RequiredCredentials } from "./required-credentials.ts";
import type { NewAuditEntry } from "./transaction.ts";

export interface Passkey {
  /** The credential's id, in base64url. */
  id: string;
  userId: number;
  /** The host name it belongs to. */
  rpId: string;
  publicKey: Buffer;
  counter: number;
  transports: string[];
  name: string;
  createdAt: number;
  lastUsedAt: number | null;
}

/** An account at a provider that opens one here. */
export interface Identity {
  issuer: string;
  subject: string;
  userId: number;
  /** The provider, as the configuration names it. */
  provider: string;
  createdAt: number;
  lastUsedAt: number | null;
}

/** How people show, beside a password, who they are. */
export interface Factors {
  /** The sealed secret of the authenticator app; null without one. */
  totp(userId: number): Promise<{ secret: string; createdAt: number } | null>;
  /**
   * Sets up an authenticator app, in place of a former one, with new recovery codes (their SHA-256) in place of all others.
   * False where the session `by` has ended.
   */
  setTotp(
    userId: number,
    totp: { secret: string; step: number; createdAt: number },
    recovery: readonly Buffer[],
    entry: NewAuditEntry,
    by?: Buffer,
  ): Promise<boolean>;
  /** Removes the app, and the recovery codes where no passkey is left; false when there is none. Refuses what would leave too little; so below. */
  removeTotp(userId: number, entry: NewAuditEntry, needs?: RequiredCredentials): Promise<boolean>;
  /** Takes the code of a time step, if it is later than the last that was taken: each is taken once, whoever is first. */
  useStep(userId: number, step: number): Promise<boolean>;
  recoveryCodes(userId: number): Promise<number>;
  /** Sets recovery codes in place of all others. False where there is no factor that they could stand in for, or the session `by` has ended. */
  setRecoveryCodes(
    userId: number,
    recovery: readonly Buffer[],
    entry: NewAuditEntry,
    by?: Buffer,
  ): Promise<boolean>;
  /** Takes a recovery code, once; false when the user has no such code. */
  useRecoveryCode(userId: number, code: Buffer, entry: NewAuditEntry): Promise<boolean>;
  passkeys(userId: number): Promise<Passkey[]>;
  passkey(id: string): Promise<Passkey | null>;
  /**
   * Adds a passkey, and with it these recovery codes where the account was never given any; says whether it took them. Null
   * when there is one of this id; with the session `by`, when that has ended.
   */
  addPasskey(
    passkey: Omit<Passkey, "lastUsedAt">,
    recovery: readonly Buffer[],
    entry: NewAuditEntry,
    by?: Buffer,
  ): Promise<{ hasTakenCodes: boolean } | null>;
  /** False when the user has no such passkey. */
  renamePasskey(userId: number, id: string, name: string): Promise<boolean>;
  /** Gives how many are left; null when the user has no such passkey. The last factor takes the recovery codes along. */
  removePasskey(
    userId: number,
    id: string,
    entry: NewAuditEntry,
    needs?: RequiredCredentials,
  ): Promise<{ left: number } | null>;
  /** Notes a use and its counter; false where the passkey is gone, or was used meanwhile with no lower counter, which counts. */
  usedPasskey(id: string, counter: number, at: number): Promise<boolean>;
  identities(userId: number): Promise<Identity[]>;
  identity(issuer: string, subject: string): Promise<Identity | null>;
  /** False when it opens an account already. */
  addIdentity(identity: Omit<Identity, "lastUsedAt">, entry: NewAuditEntry): Promise<boolean>;
  /** Removes those at a provider; false when there is none. */
  removeIdentities(
    userId: number,
    provider: string,
    entry: NewAuditEntry,
    needs?: RequiredCredentials,
  ): Promise<boolean>;
  usedIdentity(issuer: string, subject: string, at: number): Promise<void>;
}
