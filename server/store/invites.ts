import type { NewAuditEntry } from "./transaction.ts";

export interface Invite {
  id: number;
  createdBy: number;
  createdAt: number;
  /** Null: until it is revoked. */
  expiresAt: number | null;
  /** Null: as often as one likes. */
  maxUses: number | null;
  uses: number;
  /** What it is for; may be empty. */
  label: string;
  revokedAt: number | null;
}

/** Invitations are used up in `users.create`. */
export interface Invites {
  create(invite: Omit<Invite, "id" | "uses" | "revokedAt">, entry: NewAuditEntry): Promise<Invite>;
  find(id: number): Promise<Invite | null>;
  /** The latest first. */
  all(): Promise<Invite[]>;
  /** False when it was revoked before, or never was. */
  revoke(id: number, at: number, entry: NewAuditEntry): Promise<boolean>;
}
