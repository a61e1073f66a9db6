import type { Sessions } from "../auth/sessions.ts";
import { may, type Right, rights } from "../protocol/roles.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import type { Guard, RouteContext } from "./env.ts";

/**
 * Who may use a route: anyone; who has a session, however far it got; who may set up a second factor, signed in or asked to;
 * who is signed in; who has a right of the table of roles.
 */
export type Access = "anyone" | "half signed in" | "enrolling" | "signed in" | Right;

/** A route: its method, path and access, what it answers, and whether it asks for a fresh proof of who one is. */
export type Route = [
  method: string,
  path: string,
  access: Access,
  answer: (c: RouteContext) => Response | Promise<Response>,
  freshness?: "fresh",
];

const isRight = (access: Access): access is Right => Object.hasOwn(rights, access);

/** Lets through who may use a route, and hands on their session; the refusal says what is missing. */
export function accessGuard(
  sessionOf: (c: RouteContext) => Promise<Session | null>,
  sessions: Pick<Sessions, "stageOf" | "isFresh">,
  access: Access,
  isFreshAsked: boolean,
): Guard {
  return async (c, next) => {
    const session = await sessionOf(c);
    if (!session) throw new Refusal("not_signed_in");
    // Also of who is refused below it is said who they are.
    c.set("session", session);
    const stage = sessions.stageOf(session);
    const isIn =
      access === "half signed in" || stage === "open" || (access === "enrolling" && stage === "enrolment");
    if (!isIn) throw new Refusal(stage === "enrolment" ? "enrolment_needed" : "second_factor_needed");
    if (isRight(access) && !may(session.role, access)) throw new Refusal("not_allowed");
    if (isFreshAsked && !sessions.isFresh(session)) throw new Refusal("proof_needed");
    await next();
  };
}
