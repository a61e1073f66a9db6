import { createHmac } from "node:crypto";
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import type { Passkey } from "../db/kept/factors.ts";
import type { Session } from "../db/kept/sessions.ts";
import type { User } from "../db/kept/users.ts";
import type { Store } from "../db/store.ts";
import type { Assertion, Attestation, PasskeyAnswer, PasskeyInfo } from "../protocol/passkeys.ts";
import { Refusal } from "../refusal.ts";
import type { System } from "../system.ts";
import type { MakeAct } from "./act.ts";
import type { HouseKeeper } from "./house.ts";
import { hashOfToken, newToken } from "./link-tokens.ts";
import { requireActive } from "./standing.ts";

export interface PasskeysDeps {
  users: Store["users"];
  factors: Store["factors"];
  tickets: Store["tickets"];
  audit: Store["audit"];
  house: Pick<HouseKeeper, "current">;
  pepper: Uint8Array;
  act: MakeAct;
  system: System;
}

export type Passkeys = ReturnType<typeof passkeys>;

/** From which of our pages somebody asks: its origin, and the host name that passkeys are bound to. */
export interface Page {
  origin: string;
  rpId: string;
}

/** How long an authenticator may take to answer. */
const patienceMs = 5 * 60_000;
const countMax = 20;

/**
 * Passkeys (https://www.w3.org/TR/webauthn-3/), with verification of the user by the authenticator: each is two factors in
 * one. Every question holds 256 random bits and can be answered once.
 */
export function passkeys({ users, factors, tickets, audit, house, pepper, act, system }: PasskeysDeps) {
  async function ask(kind: string, userId: number | null, rpId: string) {
    const [token, challenge] = [newToken(system.random(32)), newToken(system.random(32))];
    const expiresAt = system.now() + patienceMs;
    const data = JSON.stringify({ challenge, rpId });
    await tickets.put({ id: hashOfToken(token), kind, userId, data, expiresAt });
    return { ticket: token, challenge: new Uint8Array(Buffer.from(challenge)), text: challenge };
  }

  /** The question a ticket belongs to, which is answered with that; `link_invalid` where it is none of this page. */
  async function taken(token: string, kind: string, { rpId }: Page, userId: number | null) {
    const ticket = await tickets.take(hashOfToken(token), kind, system.now());
    const asked = ticket && (JSON.parse(ticket.data) as { challenge: string; rpId: string });
    if (!ticket || asked?.rpId !== rpId || ticket.userId !== userId) throw new Refusal("link_invalid");
    return Buffer.from(asked.challenge).toString("base64url");
  }

  /** The passkey whose answer it is; null for any answer that is not right. */
  async function answered(response: Assertion, challenge: string, page: Page): Promise<Passkey | null> {
    const passkey = await factors.passkey(response.id);
    if (!passkey || passkey.rpId !== page.rpId) return null;
    const verified = await verifyAuthenticationResponse({
      response: response as Parameters<typeof verifyAuthenticationResponse>[0]["response"],
      expectedChallenge: challenge,
      expectedOrigin: page.origin,
      expectedRPID: page.rpId,
      credential: {
        id: passkey.id,
        publicKey: new Uint8Array(passkey.publicKey),
        counter: passkey.counter,
      },
      requireUserVerification: true,
    }).catch(() => null);
    if (!verified?.verified) return null;
    await factors.usedPasskey(passkey.id, verified.authenticationInfo.newCounter, system.now());
    return passkey;
  }

  return {
    /** Asks for a passkey of this page, whoever's it is. */
    async question({ rpId }: Page) {
      const { ticket, challenge } = await ask("passkey", null, rpId);
      const options = await generateAuthenticationOptions({
        rpID: rpId,
        challenge,
        userVerification: "required",
        timeout: patienceMs,
      });
      return { ticket, options };
    },

    /** Whose passkey has answered; `wrong_passkey` for any answer that is not right. */
    async signIn({ ticket, response }: PasskeyAnswer, page: Page, address: string): Promise<User> {
      const challenge = await taken(ticket, "passkey", page, null);
      const passkey = await answered(response, challenge, page);
      const user = passkey && (await users.byId(passkey.userId));
      if (!user) {
        await audit.add(act("session.refused", { address, detail: { way: "passkey" } }));
        throw new Refusal("wrong_passkey");
      }
      requireActive(user);
      await users.signedIn(user.id, system.now());
      return user;
    },

    /** Shows once more who somebody is, by a passkey of theirs. */
    async prove({ userId }: Session, { ticket, response }: PasskeyAnswer, page: Page): Promise<void> {
      const challenge = await taken(ticket, "passkey", page, null);
      const passkey = await answered(response, challenge, page);
      if (passkey?.userId !== userId) throw new Refusal("wrong_passkey");
    },

    /** Asks an authenticator for a new passkey of somebody. */
    async newQuestion({ userId, userName }: Session, { rpId }: Page) {
      const own = await factors.passkeys(userId);
      if (own.length >= countMax) throw new Refusal("too_many");
      const { ticket, challenge } = await ask("new passkey", userId, rpId);
      const options = await generateRegistrationOptions({
        rpName: house.current()?.name ?? "secure-chat",
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

    /** Keeps a new passkey under a name; `wrong_passkey` for any answer that is not right. */
    async add(
      { userId }: Session,
      { ticket, response, name }: { ticket: string; response: Attestation; name: string },
      page: Page,
      address: string,
    ): Promise<void> {
      const challenge = await taken(ticket, "new passkey", page, userId);
      const verified = await verifyRegistrationResponse({
        response: response as Parameters<typeof verifyRegistrationResponse>[0]["response"],
        expectedChallenge: challenge,
        expectedOrigin: page.origin,
        expectedRPID: page.rpId,
        requireUserVerification: true,
      }).catch(() => null);
      if (!verified?.verified) throw new Refusal("wrong_passkey");
      const { id, publicKey, counter } = verified.registrationInfo.credential;
      const transports = response.response.transports ?? [];
      const passkey = {
        id,
        userId,
        rpId: page.rpId,
        publicKey: Buffer.from(publicKey),
        counter,
        transports,
        name,
      };
      const told = act("passkey.added", { by: userId, address });
      if (!(await factors.addPasskey({ ...passkey, createdAt: system.now() }, told)))
        throw new Refusal("wrong_passkey");
    },

    async list({ userId }: Session): Promise<PasskeyInfo[]> {
      const own = await factors.passkeys(userId);
      return own.map(({ id, name, rpId, createdAt, lastUsedAt }) => ({
        id,
        name,
        rpId,
        createdAt,
        lastUsedAt,
      }));
    },

    async rename({ userId }: Session, id: string, name: string): Promise<void> {
      if (!(await factors.renamePasskey(userId, id, name))) throw new Refusal("unknown_device");
    },

    /** Removes a passkey; not the only way into an account: `last_way_in`. */
    async remove({ userId }: Session, id: string, address: string): Promise<void> {
      const [user, own, identities] = await Promise.all([
        users.byId(userId),
        factors.passkeys(userId),
        factors.identities(userId),
      ]);
      if (!own.some((passkey) => passkey.id === id)) throw new Refusal("unknown_device");
      const hasOther = user?.passwordHash != null || identities.length > 0 || own.length > 1;
      if (!hasOther) throw new Refusal("last_way_in");
      const told = act("passkey.removed", { by: userId, address });
      if (!(await factors.removePasskey(userId, id, told))) throw new Refusal("unknown_device");
    },
  };

  /** What an authenticator keeps of an account: tells it apart, and tells nobody anything. */
  function handleOf(userId: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(createHmac("sha256", pepper).update(`passkey handle:${userId}`).digest());
  }
}
