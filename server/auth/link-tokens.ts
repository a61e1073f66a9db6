import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Invite } from "../store/invites.ts";

/**
 * The tokens of links that can be shown again: made from the pepper, so that a stolen database gives none away
 * (HMAC-SHA-256, RFC 2104, cut to 132 bits). Which are still valid is up to the database.
 */
export interface LinkTokens {
  /** Opens the set-up page of this incarnation of the database, on whichever node. */
  setUp(epoch: string): string;
  isSetUp(token: string, epoch: string): boolean;
  invite(invite: Pick<Invite, "id" | "createdAt">): string;
  /** The id that an invitation's token claims to be of; null when it cannot be one. */
  inviteId(token: string): number | null;
  isInvite(token: string, invite: Pick<Invite, "id" | "createdAt">): boolean;
}

export function linkTokens(pepper: Uint8Array): LinkTokens {
  const mark = (what: string) => createHmac("sha256", pepper).update(what).digest("base64url").slice(0, 22);
  const setUp = (epoch: string) => mark(`set up:${epoch}`);
  const invite = ({ id, createdAt }: Pick<Invite, "id" | "createdAt">) =>
    `${id}-${mark(`invite:${id}:${createdAt}`)}`;
  return {
    setUp,
    isSetUp: (token, epoch) => isSame(token, setUp(epoch)),
    invite,
    inviteId(token) {
      const [, id] = /^([1-9]\d{0,14})-[\w-]{22}$/.exec(token) ?? [];
      return id === undefined ? null : Number(id);
    },
    isInvite: (token, given) => isSame(token, invite(given)),
  };
}

/** The tokens of what is valid once: random, of which the database keeps the SHA-256. */
export const newToken = (random: Uint8Array): string => Buffer.from(random).toString("base64url");

/** A token is 256 random bits, which need no slow hash. */
export const hashOfToken = (token: string): Buffer => createHash("sha256").update(token).digest();

/** Takes as long wherever they differ. */
export function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
