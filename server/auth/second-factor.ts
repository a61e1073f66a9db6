import type { LiveSettings } from "../accounts/settings.ts";
import type { Bound } from "../limits/guess-limits.ts";
import { spend } from "../limits/rate-limit.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import type { CodeConfirmation, CodeOffer, FactorsInfo } from "../protocol/second-factor.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { User } from "../store/users.ts";
import type { System } from "../system.ts";
import { type CodeSource, type CodesDeps, codes as checkCodes, digitsOf, type Way } from "./codes.ts";
import { hashOfToken, newToken } from "./link-tokens.ts";
import { newRecoveryCodes } from "./recovery-codes.ts";
import type { Sealer } from "./sealed.ts";
import type { ClientInfo } from "./sessions.ts";
import { offerOf, secretBytes, stepOf } from "./totp.ts";

export interface SecondFactorDeps extends CodesDeps {
  factors: Store["factors"];
  tickets: Store["tickets"];
  sealer: Sealer;
  settings: Pick<LiveSettings, "current" | "asksMoreOf">;
  bound: Bound;
  auditEntry: MakeAuditEntry;
  system: System;
}

export type SecondFactor = ReturnType<typeof secondFactor>;

/** The kind of ticket that holds an app's secret until the app has shown a code, and its lifetime. */
const ticketKind = "code";
const waitsMs = 30 * 60_000;

/** Authenticator apps and recovery codes: how they are set up, checked, and removed. */
export function secondFactor(deps: SecondFactorDeps) {
  const { factors, tickets, news, sealer, settings, auditEntry, system } = deps;
  const changes = deps.bound("changes of codes", 30, 10);
  const codes = checkCodes(deps);

  return {
    /** Gives which second factors an account has. */
    async info({ userId }: Session): Promise<FactorsInfo> {
      const [totp, passkeys, recoveryCodes] = await Promise.all([
        factors.totp(userId),
        factors.passkeys(userId),
        factors.recoveryCodes(userId),
      ]);
      return { code: totp && { since: totp.createdAt }, passkeys: passkeys.length, recoveryCodes };
    },

    /** Makes the secret for a new app. It is not used until a code confirms it within half an hour. */
    async offer(session: Session): Promise<CodeOffer> {
      spend(changes, session.userId);
      const { userId, userName } = session;
      const secret = system.random(secretBytes);
      const ticket = newToken(system.random(32));
      await tickets.removeOf(userId, ticketKind);
      await tickets.put({
        id: hashOfToken(ticket),
        kind: ticketKind,
        userId,
        data: sealer.seal(secret, codes.placeOf(userId)),
        expiresAt: system.now() + waitsMs,
      });
      return { ticket, ...offerOf(secret, userName, settings.current()?.name ?? "Secure Chat") };
    },

    /**
     * Sets up the app that shows this code, in place of a former one, and gives the recovery codes, which are shown only once.
     * Refuses as `wrong_code`, and as `link_invalid` what waited too long. Where an app is replaced, all other sessions end (OWASP
     * ASVS 5.0, 7.4.3); where there was none, the other sessions have to give a code.
     */
    async confirm(
      session: Session,
      { ticket, code }: CodeConfirmation,
      { address, device }: ClientInfo,
    ): Promise<string[]> {
      spend(changes, session.userId);
      const { userId } = session;
      const id = hashOfToken(ticket);
      const now = system.now();
      const waiting = await tickets.find(id, ticketKind, now);
      if (waiting?.userId !== userId) throw tooLate();
      const step = stepOf(codes.secretOf(userId, waiting.data), digitsOf(code), now);
      if (step === null) throw new Refusal("wrong_code", { field: "code" });
      if (!(await tickets.take(id, ticketKind, now))) throw tooLate();
      const recovery = newRecoveryCodes(system.random);
      const totp = { secret: waiting.data, step, createdAt: now };
      const entry = auditEntry("code.added", { by: userId, address });
      // A session that has ended meanwhile, such as by a new password, can add nothing.
      const notice = news.notice("code.added", device);
      const isSet = await factors.setTotp(userId, totp, recovery.hashes, entry, session.id, notice);
      if (!isSet) throw new Refusal("not_signed_in");
      return recovery.codes;
    },

    /**
     * Removes the app, the recovery codes if there is no passkey, and all other sessions. Refuses as `enrolment_needed` where the
     * chat requires a second factor and there is no other, and as `not_found` where there is no app.
     */
    async remove({ id, userId, role }: Session, { address, device }: ClientInfo): Promise<void> {
      const entry = auditEntry("code.removed", { by: userId, address });
      const needs = { secondFactor: settings.asksMoreOf(role) };
      const notice = news.notice("code.removed", device);
      if (!(await factors.removeTotp(userId, entry, needs, id, notice))) throw new Refusal("not_found");
    },

    /**
     * Replaces all recovery codes with new ones. Refuses as `not_found` where there is no app or passkey that they could replace,
     * and as `not_allowed` a session in which only the password was proven.
     */
    async renewRecoveryCodes({ id, userId, factors: proven, hasCode, hasPasskey }: Session, address: string) {
      spend(changes, userId);
      if (!hasCode && !hasPasskey) throw new Refusal("not_found");
      if (proven < 2) throw new Refusal("not_allowed", { message: "Log in with your passkey first." });
      const recovery = newRecoveryCodes(system.random);
      const entry = auditEntry("recovery.renewed", { by: userId, address });
      if (!(await factors.setRecoveryCodes(userId, recovery.hashes, entry, id)))
        throw new Refusal("not_found");
      return recovery.codes;
    },

    /** Takes a code as a session's second factor; gives its kind. Refuses a wrong or used one as `wrong_code`. */
    async prove(
      { id, userId, userName }: Session,
      code: string,
      { address, device }: ClientInfo,
    ): Promise<Way> {
      const source = { address, device, known: `session ${id.toString("base64url")}` };
      const way = await codes.wayOf({ id: userId, name: userName }, code, source);
      if (way === null) throw new Refusal("wrong_code", { field: "code" });
      return way;
    },

    /** Uses up a code of the user; gives whether it was one. The user is told about the use of a recovery code. */
    verifyCode: async (user: Pick<User, "id" | "name">, code: string, source: CodeSource): Promise<boolean> =>
      (await codes.wayOf(user, code, source)) !== null,
  };
}

const tooLate = () =>
  new Refusal("link_invalid", { message: "That took too long, or was begun again. Please start over." });
