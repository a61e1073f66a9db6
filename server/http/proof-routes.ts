import type { Proofs } from "../accounts/proof.ts";
import { proof } from "../protocol/proof.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { type Door, whenceOf } from "./door.ts";

export interface ProofRoutesDeps {
  proofs: Proofs;
  door: Door;
}

/** Proving once more who one is. The session gets another token by it, and knows no more factors than before. */
export const proofRoutes = ({ proofs, door }: ProofRoutesDeps): Route[] => [
  [
    "POST",
    "/api/proof",
    "enrolling",
    async (c) => {
      const { session } = c.var;
      const way = await proofs.prove(session, await bodyOf(c, proof), whenceOf(c));
      return c.json(await door.renew(c, session, session.factors, way));
    },
  ],
];
