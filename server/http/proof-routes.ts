import type { Proofs } from "../auth/proof.ts";
import { proof } from "../protocol/proof.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { clientOf, type Login } from "./login.ts";

export interface ProofRoutesDeps {
  proofs: Proofs;
  login: Login;
}

/** Proving once more who one is. The session gets another token by it, and knows no more factors than before. */
export const proofRoutes = ({ proofs, login }: ProofRoutesDeps): Route[] => [
  [
    "POST",
    "/api/proof",
    "enrolling",
    async (c) => {
      const { session } = c.var;
      const way = await proofs.prove(session, await bodyOf(c, proof), clientOf(c));
      return c.json(await login.renew(c, session, session.factors, way));
    },
  ],
];
