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

/** Signing in with passkeys, and managing one's own. Every wrong answer is refused alike, as `wrong_passkey`. */
export function passkeys(deps: PasskeysDeps) {
  const { users, factors, identities, audit, alerts, settings, requireActive, auditEntry, system } = deps;
  const ceremonies = passkeyCeremonies(deps);

  /** Writes an audit entry about a wrong answer, with the account if it is known. */
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
    /** Gives the options for signing in with any passkey of this page. */
    question: (page: Page) => ceremonies.request(page),

    /** Signs in the user whose passkey answered. */
    async signIn(answer: PasskeyAnswer, page: Page, address: string): Promise<User> {
      const passkey = await ceremonies.answered(answer, page);
      // Without a session the user is identified by the user handle in the answer (https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion, step 6).
      const isNamed = answer.response.response.userHandle !== undefined;
      const user = passkey && isNamed ? await users.byId(passkey.userId) : null;
      if (!passkey || !user) {
        const meant = await factors.passkey(answer.response.id);
        throw await refused(meant?.userId, address);
      }
      await requireActive(user, "passkey", address);
      // Somebody who used a reset link meanwhile may have dismissed the alert about it.
      await alerts.tellAgain(user.id, passkey.lastUsedAt ?? passkey.createdAt);
      await users.signedIn(user.id, system.now());
      return user;
    },

    /** Verifies a passkey of somebody who is known, as a second factor or as a fresh proof. */
    async prove({ userId }: Session, answer: PasskeyAnswer, page: Page, address: string): Promise<void> {
      const passkey = await ceremonies.answered(answer, page);
      if (passkey?.userId !== userId) throw await refused(userId, address);
    },

    /** Gives the options for a new passkey of somebody; refuses as `too_many` where there are twenty. */
    async newQuestion(session: Session, page: Page) {
      return ceremonies.creation(session, await roomFor(session.userId), page);
    },

    /** Stores a new passkey under a name. Gives new recovery codes where the account had none, else null. */
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
      // A session that has ended meanwhile, such as by a new password, can add nothing.
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
     * Removes a passkey. Refuses as `last_way_in` the only way to sign in to an account, and as
     * `enrolment_needed` the only second factor where the chat requires one.
     */
    async remove({ userId, role }: Session, id: string, address: string): Promise<void> {
      const entry = auditEntry("passkey.removed", { by: userId, address });
      const needs = { opening: identities.opening, secondFactor: settings.asksMoreOf(role) };
      if (!(await factors.removePasskey(userId, id, entry, needs))) throw unknown();
    },
  };
}

const unknown = () => new Refusal("unknown_device", { message: "There is no such passkey." });
