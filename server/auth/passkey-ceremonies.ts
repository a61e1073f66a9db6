import { createHmac } from "node:crypto";
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { decodeAttestationObject, isoBase64URL } from "@simplewebauthn/server/helpers";
import type { LiveSettings } from "../accounts/settings.ts";
import type { Attestation, PasskeyAnswer } from "../protocol/passkeys.ts";
import { Refusal } from "../refusal.ts";
import type { Passkey } from "../store/passkeys.ts";
import type { Store } from "../store/store.ts";
import type { System } from "../system.ts";
import { hashOfToken, newToken } from "./link-tokens.ts";

export interface PasskeyCeremoniesDeps {
  factors: Store["factors"];
  tickets: Store["tickets"];
  settings: Pick<LiveSettings, "current">;
  pepper: Uint8Array;
  system: System;
}

/** The page that asks: its origin, and the host name to which passkeys are bound. */
export interface Page {
  origin: string;
  rpId: string;
}

/** How long an authenticator may take to answer. */
const patienceMs = 5 * 60_000;
const asking = "passkey";
const making = "new passkey";

/**
 * The ceremonies of WebAuthn (https://www.w3.org/TR/webauthn-3/). The authenticator verifies its user, so that a passkey is two
 * factors in one. Every challenge has 256 random bits and can be answered once.
 */
export function passkeyCeremonies({ factors, tickets, settings, pepper, system }: PasskeyCeremoniesDeps) {
  async function ask(kind: string, userId: number | null, rpId: string) {
    const [token, challenge] = [newToken(system.random(32)), new Uint8Array(system.random(32))];
    const data = JSON.stringify({ challenge: isoBase64URL.fromBuffer(challenge), rpId });
    await tickets.put({ id: hashOfToken(token), kind, userId, data, expiresAt: system.now() + patienceMs });
    return { ticket: token, challenge };
  }

  /** Takes the challenge of a ticket, which is used up by it; refuses as `link_invalid` one that does not belong to this page. */
  async function taken(token: string, kind: string, { rpId }: Page, userId: number | null): Promise<string> {
    const ticket = await tickets.take(hashOfToken(token), kind, system.now());
    const asked = ticket && (JSON.parse(ticket.data) as { challenge: string; rpId: string });
    if (!ticket || asked?.rpId !== rpId || ticket.userId !== userId)
      throw new Refusal("link_invalid", { message: "That took too long. Please try again." });
    return asked.challenge;
  }

  /** The user handle that an authenticator stores: it identifies the account and reveals nothing about it. */
  const handleOf = (userId: number) =>
    new Uint8Array(createHmac("sha256", pepper).update(`passkey handle:${userId}`).digest());

  return {
    /** Gives the options for signing in with any passkey of this page. */
    async request({ rpId }: Page) {
      const { ticket, challenge } = await ask(asking, null, rpId);
      const asked = { rpID: rpId, challenge, userVerification: "required", timeout: patienceMs } as const;
      return { ticket, options: await generateAuthenticationOptions(asked) };
    },

    /** The passkey that gave this answer; null for any wrong answer. */
    async answered({ ticket, response }: PasskeyAnswer, page: Page): Promise<Passkey | null> {
      const challenge = await taken(ticket, asking, page, null);
      const passkey = await factors.passkey(response.id);
      if (!passkey || passkey.rpId !== page.rpId) return null;
      const { userHandle } = response.response;
      if (userHandle !== undefined && userHandle !== isoBase64URL.fromBuffer(handleOf(passkey.userId)))
        return null;
      const { id, publicKey, counter } = passkey;
      const verified = await orNull(() =>
        verifyAuthenticationResponse({
          response: response as AuthenticationResponseJSON,
          expectedChallenge: challenge,
          expectedOrigin: page.origin,
          expectedRPID: page.rpId,
          credential: { id, publicKey: new Uint8Array(publicKey), counter },
          requireUserVerification: true,
        }),
      );
      if (!verified?.verified) return null;
      const { newCounter } = verified.authenticationInfo;
      return (await factors.usedPasskey(id, newCounter, system.now())) ? passkey : null;
    },

    /** Gives the options for a new passkey of somebody who has these. Only the latest challenge of a person is valid. */
    async creation(user: { userId: number; userName: string }, own: readonly Passkey[], { rpId }: Page) {
      const { userId, userName } = user;
      await tickets.removeOf(userId, making);
      const { ticket, challenge } = await ask(making, userId, rpId);
      const options = await generateRegistrationOptions({
        rpName: settings.current()?.name ?? "Secure Chat",
        rpID: rpId,
        userName,
        userDisplayName: userName,
        userID: handleOf(userId),
        challenge,
        attestationType: "none",
        excludeCredentials: own
          .filter((each) => each.rpId === rpId)
          .map(({ id, transports }) => ({ id, transports })),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        timeout: patienceMs,
      });
      return { ticket, options };
    },

    /** The new passkey in an authenticator's answer; null for any wrong answer. */
    async created(
      userId: number,
      { ticket, response }: { ticket: string; response: Attestation },
      page: Page,
    ) {
      const challenge = await taken(ticket, making, page, userId);
      if (!isPlain(response)) return null;
      const verified = await orNull(() =>
        verifyRegistrationResponse({
          response: response as RegistrationResponseJSON,
          expectedChallenge: challenge,
          expectedOrigin: page.origin,
          expectedRPID: page.rpId,
          requireUserVerification: true,
        }),
      );
      if (!verified?.verified) return null;
      const { id, publicKey, counter } = verified.registrationInfo.credential;
      const transports = response.response.transports ?? [];
      return { id, userId, rpId: page.rpId, publicKey: Buffer.from(publicKey), counter, transports };
    },
  };
}

/** Gives null where the library throws, which it does for nothing but wrong answers. */
async function orNull<T>(verify: () => Promise<T>): Promise<T | null> {
  try {
    return await verify();
  } catch {
    return null;
  }
}

/**
 * Whether a new passkey comes without certificates, as the options ask. To verify certificates, the library would send requests
 * to addresses that they name (OWASP ASVS 5.0, 1.3.6).
 */
function isPlain({ response }: Attestation): boolean {
  try {
    const stated = decodeAttestationObject(isoBase64URL.toBuffer(response.attestationObject));
    const format = stated.get("fmt");
    return format === "none" || (format === "packed" && stated.get("attStmt").get("x5c") === undefined);
  } catch {
    // The answer is not in the format of authenticators.
    return false;
  }
}
