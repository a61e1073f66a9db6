import type { Accounts } from "../accounts/accounts.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import type { Proof } from "../protocol/proof.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import type { SecondFactor } from "./second-factor.ts";
import { provesInTwoSteps } from "./second-step.ts";
import type { ClientInfo } from "./sessions.ts";

export interface ProofsDeps {
  accounts: Pick<Accounts, "proven">;
  secondFactor: Pick<SecondFactor, "prove">;
  users: Pick<Store["users"], "byId">;
  audit: Store["audit"];
  auditEntry: MakeAuditEntry;
}

export type Proofs = ReturnType<typeof proofs>;

/** Takes fresh proofs: somebody who is signed in proves once more who they are, before something that matters. */
export function proofs({ accounts, secondFactor, users, audit, auditEntry }: ProofsDeps) {
  async function byPassword(session: Session, password: string, { address }: ClientInfo) {
    try {
      await accounts.proven(session, password, address);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "wrong_password") throw error;
      await audit.add(
        auditEntry("session.refused", { to: session.userId, address, detail: { way: "password" } }),
      );
      throw new Refusal("wrong_password", { field: "password", message: "That is not your password." });
    }
  }

  return {
    /**
     * Asks for what signing in asks for: the password where there is one, and a code where the account has a second step. A passkey,
     * which is both in one, has a route of its own. Gives how it was proven; refuses what is wrong or missing as `wrong_password`
     * or `wrong_code`.
     */
    async prove(session: Session, { password, code }: Proof, client: ClientInfo): Promise<string> {
      const user = await users.byId(session.userId);
      if (!user) throw new Refusal("not_signed_in");
      if (password === undefined && user.passwordHash !== null)
        throw new Refusal("wrong_password", {
          field: "password",
          message: "Your password is needed as well.",
        });
      // The code is checked before the password, so that nobody can test passwords without a code.
      if (code === undefined && provesInTwoSteps(session))
        throw new Refusal("wrong_code", { field: "code", message: "A code is needed as well." });
      if (password !== undefined) await byPassword(session, password, client);
      return code === undefined ? "password" : secondFactor.prove(session, code, client);
    },
  };
}
