import type { Session } from "../db/kept/sessions.ts";
import type { Store } from "../db/store.ts";
import type { Proof } from "../protocol/proof.ts";
import { Refusal } from "../refusal.ts";
import type { Accounts } from "./accounts.ts";
import type { MakeAct } from "./act.ts";
import type { SecondFactor } from "./second-factor.ts";
import type { Whence } from "./sessions.ts";

export interface ProofsDeps {
  accounts: Pick<Accounts, "proven">;
  secondFactor: Pick<SecondFactor, "prove">;
  audit: Store["audit"];
  act: MakeAct;
}

export type Proofs = ReturnType<typeof proofs>;

/** How somebody who is signed in shows once more who they are, before something that matters. */
export function proofs({ accounts, secondFactor, audit, act }: ProofsDeps) {
  return {
    /** Gives the way in which it was proven; refuses as `wrong_password` or `wrong_code`. */
    async prove(session: Session, given: Proof, whence: Whence): Promise<string> {
      if ("code" in given) return secondFactor.prove(session, given.code, whence);
      try {
        await accounts.proven(session, given.password, whence.address);
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== "wrong_password") throw error;
        const { address } = whence;
        await audit.add(act("session.refused", { to: session.userId, address, detail: { way: "password" } }));
        throw new Refusal("wrong_password", { field: "password", message: "That is not your password." });
      }
      return "password";
    },
  };
}
