import type { Role } from "../protocol/roles.ts";
import type { Actor } from "./authority.ts";
import type { NewAuditEntry } from "./transaction.ts";

export interface NewSession {
  id: Buffer;
  device: string;
  address?: string;
  /** How many factors were proven: 1 when absent. */
  factors?: 1 | 2;
  /** SHA-256 of the key that it is bound to for good, in base64url; bound to none when absent. */
  keyHash?: string;
}

export interface Session {
  /** SHA-256 of the token. */
  id: Buffer;
  userId: number;
  userName: string;
  role: Role;
  factors: 1 | 2;
  /** Whether its user has an authenticator app, and a passkey. */
  hasCode: boolean;
  hasPasskey: boolean;
  /** Whether recovery codes were given with these, used up or not. */
  hasRecovery: boolean;
  /** When a factor was proven last. */
  provenAt: number;
  /** SHA-256 of the key it is bound to; empty where to none, null where it began before there were keys. */
  keyHash: string | null;
  createdAt: number;
  seenAt: number;
}

/** A session as its user sees it in the list of devices. */
export interface Device
  extends Pick<Session, "id" | "factors" | "provenAt" | "keyHash" | "createdAt" | "seenAt"> {
  device: string;
  label: string | null;
  address: string;
}

export interface Sessions {
  /** Begins a session, whose factors were proven now. */
  create(session: NewSession & { userId: number; createdAt: number }, entry?: NewAuditEntry): Promise<void>;
  /** The session with this id whose account still exists and is not locked, expired or not; null when there is none. */
  find(id: Buffer): Promise<Session | null>;
  /** All sessions of a user, the latest used first, expired or not. */
  of(userId: number): Promise<Device[]>;
  touch(id: Buffer, at: number): Promise<void>;
  /** Gives the session another id, because something was proven in it; false when there is none of the former id. */
  renew(
    id: Buffer,
    by: { id: Buffer; factors: 1 | 2; provenAt: number },
    entry?: NewAuditEntry,
  ): Promise<boolean>;
  /**
   * Binds a session from before there were keys. False where it is bound already, is to be bound to none, or where another
   * session has this key: whoever has a session of their own was given this one by somebody else.
   */
  bind(id: Buffer, keyHash: string): Promise<boolean>;
  /** What its user calls the device; null for nothing in particular. False when the user has no such session. */
  setLabel(userId: number, id: Buffer, label: string | null): Promise<boolean>;
  remove(id: Buffer, entry?: NewAuditEntry): Promise<void>;
  /** Ends all sessions of a user but this one; null ends all. Gives how many. With a power it is refused where that does not hold. */
  removeOthers(userId: number, but: Buffer | null, entry?: NewAuditEntry, actor?: Actor): Promise<number>;
  /** Ends the sessions not seen since `seenBefore` or begun before `createdBefore`. */
  removeExpired(seenBefore: number, createdBefore: number): Promise<void>;
}
