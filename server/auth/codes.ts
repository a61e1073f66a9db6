import type { News } from "../accounts/news.ts";
import type { Bound, GuessLimits, Source } from "../limits/guess-limits.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import { Refusal } from "../refusal.ts";
import type { Store } from "../store/store.ts";
import type { User } from "../store/users.ts";
import type { System } from "../system.ts";
import { hashOfRecoveryCode } from "./recovery-codes.ts";
import type { Sealer } from "./sealed.ts";
import { stepOf } from "./totp.ts";

export interface CodesDeps {
  factors: Pick<Store["factors"], "totp" | "useStep" | "recoveryCodes" | "useRecoveryCode">;
  audit: Store["audit"];
  sealer: Sealer;
  guesses: GuessLimits;
  bound: Bound;
  news: News;
  auditEntry: MakeAuditEntry;
  system: System;
}

/** Where a code comes from. */
export interface CodeSource extends Source {
  /** The browser's user agent. */
  device?: string;
}

type Whose = Pick<User, "id" | "name">;
export type Way = "code" | "recovery code";

/** Checks codes: those of authenticator apps and recovery codes, each of which is taken once. */
export function codes({ factors, audit, sealer, guesses, bound, news, auditEntry, system }: CodesDeps) {
  /**
   * Three of a million codes are right at any time, and whoever knows the password can begin any number of sessions. So wrong
   * codes are also bounded for the account as a whole. That can block codes of the app for a while, but no recovery code.
   */
  const wrong = bound("wrong codes by account", 20, 0.2);

  const placeOf = (userId: number): string => `code ${userId}`;

  function secretOf(userId: number, sealed: string): Uint8Array {
    const secret = sealer.open(sealed, placeOf(userId));
    if (!secret) throw new Error(`The code secret of user ${userId} was altered, or the pepper is another.`);
    return secret;
  }

  async function byApp(id: number, sealed: string, code: string): Promise<Way | false> {
    const wait = wrong.take(String(id));
    if (wait > 0) {
      const message = "There were too many wrong codes. A recovery code works at any time.";
      throw new Refusal("rate_limited", { retryAfter: wait, message });
    }
    const step = stepOf(secretOf(id, sealed), code, system.now());
    if (step === null || !(await factors.useStep(id, step))) return false;
    wrong.giveBack(String(id));
    return "code";
  }

  async function byRecoveryCode(
    id: number,
    code: string,
    { address, device }: CodeSource,
  ): Promise<Way | false> {
    const left = (await factors.recoveryCodes(id)) - 1;
    const entry = auditEntry("recovery.used", { by: id, address, detail: { left } });
    if (!(await factors.useRecoveryCode(id, hashOfRecoveryCode(code), entry))) return false;
    news.tell(id, "recovery.used", device ?? "");
    return "recovery code";
  }

  /** Uses up a code of the user and gives its kind; null when it is not one. */
  async function wayOf({ id, name }: Whose, code: string, source: CodeSource): Promise<Way | null> {
    const way = await guesses.attempt(name, source, async () => {
      const totp = await factors.totp(id);
      const digits = digitsOf(code);
      const isOfApp = totp !== null && /^\d{6}$/.test(digits);
      return isOfApp ? byApp(id, totp.secret, digits) : byRecoveryCode(id, code, source);
    });
    if (way !== false) return way;
    await audit.add(
      auditEntry("session.refused", { to: id, address: source.address, detail: { way: "code" } }),
    );
    return null;
  }

  return { placeOf, secretOf, wayOf };
}

/** Removes spaces and hyphens: apps show codes in two groups, and some people type them that way. */
export const digitsOf = (code: string): string => code.replace(/[\s-]/g, "");
