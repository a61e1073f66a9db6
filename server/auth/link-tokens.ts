import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Invite } from "../store/invites.ts";

export type LinkTokens = ReturnType<typeof linkTokens>;

/**
 * Makes the tokens of links that can be shown again. They are derived from the pepper, so that a stolen database reveals none
 * (HMAC-SHA-256, RFC 2104, cut to 132 bits). Which of them are still valid, the database says.
 */
export function linkTokens(pepper: Uint8Array) {
  const mark = (what: string) => createHmac("sha256", pepper).update(what).digest("base64url").slice(0, 22);
  const setUp = (epoch: string) => mark(`set up:${epoch}`);
  const invite = ({ id, createdAt }: Pick<Invite, "id" | "createdAt">) =>
    `${id}-${mark(`invite:${id}:${createdAt}`)}`;
  return {
    /** The token that opens the set-up page of this incarnation of the database, on every node. */
    setUp,
    isSetUp: (token: string, epoch: string): boolean => isSame(token, setUp(epoch)),
    invite,
    /** The id of the invitation that a token claims to belong to; null when it has another form. */
    inviteId(token: string): number | null {
      const [, id] = /^([1-9]\d{0,14})-[\w-]{22}$/.exec(token) ?? [];
      return id === undefined ? null : Number(id);
    },
    isInvite: (token: string, given: Pick<Invite, "id" | "createdAt">): boolean =>
      isSame(token, invite(given)),
  };
}

/** Makes a random token for something that is valid once; the database stores its SHA-256. */
export const newToken = (random: Uint8Array): string => Buffer.from(random).toString("base64url");

/** Hashes a token. It has 256 random bits, so a fast hash is enough. */
export const hashOfToken = (token: string): Buffer => createHash("sha256").update(token).digest();

/** Compares in constant time. */
export function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
