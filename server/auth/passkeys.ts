import type { LiveSettings } from "../accounts/settings.ts";
import type { RequireActive } from "../accounts/status.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import type { Attestation, PasskeyAnswer, PasskeyInfo } from "../protocol/passkeys.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { User } from "../store/users.ts";
import type { Identities } from "./identities.ts";
import { type Page, type PasskeyCeremoniesDeps, passkeyCeremonies } from "./passkey-ceremonies.ts";
import { newRecoveryCodes } from "./recovery-codes.ts";

export interface PasskeysDeps extends PasskeyCeremoniesDeps {
  users: Store["users"];
  identities: Pick<Identities, "opening">;
  audit: Store["audit"];
  alerts: Pick<Store["alerts"], "tellAgain">;
  settings: Pick<LiveSettings, "current" | "asksMoreOf">;
  requireActive: RequireActive;
  auditEntry: MakeAuditEntry;
}

export type Passkeys = ReturnType<typeof passkeys>;

const countMax = 20;

/** Signing in with passkeys, and the passkeys of one's own. `wrong_passkey` says the same of all answers that are not right. */
export function passkeys(deps: PasskeysDeps) {
  const { users, factors, identities, audit, alerts, settings, requireActive, auditEntry, system } = deps;
  const ceremonies = passkeyCeremonies(deps);

  /** Writes down that somebody came with an answer that is not right, in whose name if that is known. */
  async function refused(to: number | undefined, address: string): Promise<Refusal> {
    const whom = to === undefined ? {} : { to };
    await audit.add(auditEntry("session.refused", { ...whom, address, detail: { way: "passkey" } }));
    return new Refusal("wrong_passkey");
  }

  async function roomFor(userId: number) {
    const own = await factors.passkeys(userId);
    if (own.length >= countMax) throw new Refusal("too_many");
    return own;
  }

  return {
    /** Asks for a passkey of this page, whoever's it is. */
    question: (page: Page) => ceremonies.request(page),

    /** Whose passkey has answered. */
    async signIn(answer: PasskeyAnswer, page: Page, address: string): Promise<User> {
      const passkey = await ceremonies.answered(answer, page);
      // Who is not known yet is known by what the authenticator says (https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion, step 6).
      const isNamed = answer.response.response.userHandle !== undefined;
      const user = passkey && isNamed ? await users.byId(passkey.userId) : null;
      if (!passkey || !user) {
        const meant = await factors.passkey(answer.response.id);
        throw await refused(meant?.userId, address);
      }
      await requireActive(user, "passkey", address);
      // Whoever has used a reset link meanwhile may have put away what tells of it.
      await alerts.tellAgain(user.id, passkey.lastUsedAt ?? passkey.createdAt);
      await users.signedIn(user.id, system.now());
      return user;
    },

    /** Shows, as a second factor or once more, who somebody is, by a passkey of theirs. */
    async prove({ userId }: Session, answer: PasskeyAnswer, page: Page, address: string): Promise<void> {
      const passkey = await ceremonies.answered(answer, page);
      if (passkey?.userId !== userId) throw await refused(userId, address);
    },

    /** Asks an authenticator for a new passkey of somebody; `too_many` where there are twenty. */
    async newQuestion(session: Session, page: Page) {
      return ceremonies.creation(session, await roomFor(session.userId), page);
    },

    /** Keeps a new passkey under a name; gives the recovery codes that come with it where the account had none, and else null. */
    async add(
      { id, userId }: Session,
      { name, ...made }: { ticket: string; response: Attestation; name: string },
      page: Page,
      address: string,
    ): Promise<string[] | null> {
      await roomFor(userId);
      const created = await ceremonies.created(userId, made, page);
      if (!created) throw new Refusal("wrong_passkey");
      const entry = auditEntry("passkey.added", { by: userId, address });
      const recovery = newRecoveryCodes(system.random);
      const passkey = { ...created, name, createdAt: system.now() };
      // A session that ended meanwhile, such as by a new password, adds nothing.
      const added = await factors.addPasskey(passkey, recovery.hashes, entry, id);
      if (!added) throw new Refusal("wrong_passkey");
      return added.hasTakenCodes ? recovery.codes : null;
    },

    async list({ userId }: Session): Promise<PasskeyInfo[]> {
      const own = await factors.passkeys(userId);
      return own.map(({ id, name, rpId, createdAt, lastUsedAt }) => {
        return { id, name, rpId, createdAt, lastUsedAt };
      });
    },

    async rename({ userId }: Session, id: string, name: string): Promise<void> {
      if (!(await factors.renamePasskey(userId, id, name))) throw unknown();
    },

    /**
     * Removes a passkey, and says whether it was the last one. Refuses as `last_way_in` the only way into an account, and as
     * `enrolment_needed` the only second factor where the chat asks for one.
     */
    async remove({ userId, role }: Session, id: string, address: string): Promise<boolean> {
      const entry = auditEntry("passkey.removed", { by: userId, address });
      const needs = { opening: identities.opening, secondFactor: settings.asksMoreOf(role) };
      const removed = await factors.removePasskey(userId, id, entry, needs);
      if (!removed) throw unknown();
      return removed.left === 0;
    },
  };
}

const unknown = () => new Refusal("unknown_device", { message: "There is no such passkey." });
