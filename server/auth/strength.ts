import type { Judged, Verdict } from "../protocol/strength.ts";
import { Refusal } from "../refusal.ts";
import type { BreachList } from "./breach-list.ts";
import type { Strength } from "./new-passwords.ts";
import { WorkPool } from "./work-pool.ts";

export interface PasswordStrength extends Strength {
  /** Ends the thread that estimates, and refuses what was waiting. */
  close(): void;
}

export interface StrengthDeps {
  /** The list of stolen passwords; null where the operator has none. */
  breaches: BreachList | null;
  /** The host names of this server, which everybody knows and no password may be made of. */
  hosts: readonly string[];
}

/**
 * Passwords after NIST SP 800-63B-4, section 3.1.1: length over rules. No kind of character is asked for and none is
 * refused, nothing is cut off, nothing expires. In place of its blocklist of common, stolen and context-specific
 * passwords, and of the 15 characters it asks of a password that stands alone, every password has to be worth 10^8
 * guesses to zxcvbn, which knows those lists, and the variations that people make of their entries. So no password of
 * eight characters passes, a short one only by chance and not by pattern, and three or four words always do.
 *
 * One thread estimates, apart from those that hash: it holds some 100 MB of dictionaries while it lives, and who
 * registers in great numbers keeps nobody from signing in.
 */
export function passwordStrength({ breaches, hosts }: StrengthDeps): PasswordStrength {
  const pool = new WorkPool<Judged, Verdict>(1, new URL("./strength-worker.ts", import.meta.url));

  return {
    async check(password, words, source) {
      const verdict = await pool.run({ password, names: [...words, ...hosts] }, source);
      if (!verdict.enough) throw weak(`That password is too easy to guess. ${verdict.advice}`);
      if (await breaches?.has(password)) throw weak(stolen);
    },
    close: () => pool.close(),
  };
}

const stolen = "That password is in a list of stolen passwords. Choose another one.";

const weak = (message: string) => new Refusal("password_weak", { field: "password", message });
