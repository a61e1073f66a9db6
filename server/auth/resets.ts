import type { People } from "../accounts/directory.ts";
import type { News } from "../accounts/news.ts";
import type { RequireActive } from "../accounts/status.ts";
import type { Bound } from "../limits/guess-limits.ts";
import { spend } from "../limits/rate-limit.ts";
import { type ModerationAction, requireAbove } from "../moderation/actions.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import type { AlertKind } from "../protocol/alerts.ts";
import type { Reset, ResetInfo, ResetLink } from "../protocol/resets.ts";
import { isAbove } from "../protocol/roles.ts";
import { Refusal } from "../refusal.ts";
import type { NewAlert } from "../store/alerts.ts";
import type { Store } from "../store/store.ts";
import type { Ticket } from "../store/tickets.ts";
import type { User } from "../store/users.ts";
import type { System } from "../system.ts";
import type { CodeSource } from "./codes.ts";
import { hashOfToken, newToken } from "./link-tokens.ts";
import type { HashNew } from "./new-passwords.ts";
import type { ClientInfo } from "./sessions.ts";

export interface ResetsDeps {
  users: Store["users"];
  tickets: Store["tickets"];
  people: People;
  hashNew: HashNew;
  /** Checks the code of an account that has an authenticator app. */
  secondFactor: { verifyCode(user: User, code: string, source: CodeSource): Promise<boolean> };
  news: News;
  requireActive: RequireActive;
  bound: Bound;
  auditEntry: MakeAuditEntry;
  system: System;
}

export type Resets = ReturnType<typeof resets>;

export const resetKind = "reset";
const seenForMs = 24 * 60 * 60 * 1000;

/** Resets forgotten passwords: by a link that works once for one account, made by somebody of a higher role than its person. */
export function resets(deps: ResetsDeps) {
  const { users, tickets, people, requireActive, auditEntry, system } = deps;
  const making = deps.bound("reset links made", 30, 10);
  const tries = deps.bound("reset links", 30, 10);

  /** Gives the account of a valid token; refuses as `link_invalid` or `account_barred`. Guesses are bounded by address. */
  async function opened(token: string, address: string): Promise<User> {
    spend(tries, address);
    const ticket = await tickets.find(hashOfToken(token), resetKind, system.now());
    const user = ticket?.userId == null ? null : await users.byId(ticket.userId);
    if (!ticket || !user || !(await stillHolds(ticket, user, users))) throw new Refusal("link_invalid");
    await requireActive(user, "reset link", address);
    return user;
  }

  return {
    /** Makes a link for somebody of a lower role. It is valid for a day and replaces a former one. */
    async make({ by, to, address }: ModerationAction): Promise<ResetLink> {
      spend(making, by.userId);
      requireAbove(people, by, to);
      const user = await users.byId(to);
      if (!user) throw new Refusal("unknown_person");
      if (user.status !== "active")
        throw new Refusal("account_barred", { message: "This account is locked. Unlock it first." });
      const { token, ticket } = resetTicket(user, by.userId, system);
      await tickets.removeOf(to, resetKind);
      const made = auditEntry("password.reset link made", { by: by.userId, to, address });
      await tickets.put(ticket, made, resetAlert("reset link made", to, by.userId, system.now()));
      return { token, expiresAt: ticket.expiresAt };
    },

    /** Gives whose password a link resets, and whether it needs a code. */
    async check(token: string, address: string): Promise<ResetInfo> {
      const { name, hasCode } = await opened(token, address);
      return { name, needsCode: hasCode };
    },

    /**
     * Sets another password, and ends all sessions and the link. An account with an authenticator
     * app also needs a code (`wrong_code`), since a link must not replace the second factor (OWASP ASVS 5.0, 6.4.3).
     */
    async reset(
      { token, password, code }: Reset,
      client: ClientInfo,
    ): Promise<{ user: User; factors: 1 | 2 }> {
      const { address } = client;
      const user = await opened(token, address);
      // The password is judged before the code is used up, so that a weak password costs no code.
      const passwordHash = await deps.hashNew(password, user.name, address);
      if (user.hasCode) await requireCode(user, code, client);
      const ticket = await tickets.take(hashOfToken(token), resetKind, system.now());
      // Hashing takes a while, and the link's maker may have lost their higher role meanwhile.
      if (!ticket || !(await stillHolds(ticket, user, users))) throw new Refusal("link_invalid");
      const entry = auditEntry("password.reset", { by: user.id, address });
      const alert = resetAlert("reset link used", user.id, makerOf(ticket), system.now());
      const isSet = await users.setPassword(
        user.id,
        passwordHash,
        user.passwordHash,
        undefined,
        entry,
        alert,
        deps.news.notice("password.reset", client.device),
      );
      if (!isSet) throw new Refusal("link_invalid");
      await users.signedIn(user.id, system.now());
      return { user: { ...user, passwordHash }, factors: user.hasCode ? 2 : 1 };
    },
  };

  async function requireCode(user: User, code: string | undefined, client: ClientInfo) {
    if (!code) throw new Refusal("wrong_code", { field: "code", message: "A code is needed as well." });
    const isRight = await deps.secondFactor.verifyCode(user, code, { ...client, known: null });
    if (!isRight) throw new Refusal("wrong_code", { field: "code" });
  }
}

/** Makes a reset link for somebody, and what is stored of it. `by` is null where the operator of the machine makes it. */
export function resetTicket(
  user: User,
  by: number | null,
  { now, random }: Pick<System, "now" | "random">,
): { token: string; ticket: Ticket } {
  const token = newToken(random(32));
  const ticket: Ticket = {
    id: hashOfToken(token),
    kind: resetKind,
    userId: user.id,
    data: JSON.stringify({ by, was: markOf(user) }),
    expiresAt: now() + seenForMs,
  };
  return { token, ticket };
}

/** The alert that tells a person about a link for their account: that `by` made it, or that it was used. */
export const resetAlert = (what: AlertKind, userId: number, by: number | null, at: number): NewAlert => ({
  userId,
  what,
  at,
  by,
});

const makerOf = ({ data }: Ticket): number | null => (JSON.parse(data) as { by: number | null }).by;

/** Whether a link is still valid: the password is the same, and its maker is active and of a higher role than the person. */
async function stillHolds({ data }: Ticket, user: User, users: ResetsDeps["users"]): Promise<boolean> {
  const { by, was }: { by: number | null; was: string } = JSON.parse(data);
  if (was !== markOf(user)) return false;
  if (by === null) return true;
  const maker = await users.byId(by);
  return maker?.status === "active" && isAbove(maker.role, user.role);
}

/** A mark that changes with an account's password. It reveals nothing about the password, since it is made of the salted hash. */
const markOf = ({ passwordHash }: User): string => hashOfToken(passwordHash ?? "").toString("base64url");
