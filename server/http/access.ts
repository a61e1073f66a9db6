import type { Sessions } from "../auth/sessions.ts";
import { may, type Right, rights } from "../protocol/roles.ts";
import type { Access, Route } from "../protocol/routes.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import type { Guard, RouteContext } from "./env.ts";

const isRight = (access: Access): access is Right => Object.hasOwn(rights, access);

/** Lets through who may use a route, and hands on their session; the refusal says what is missing. */
export function accessGuard(
  sessionOf: (c: RouteContext) => Promise<Session | null>,
  sessions: Pick<Sessions, "stageOf" | "isFresh">,
  { access, fresh }: Route,
): Guard {
  return async (c, next) => {
    if (access === "anyone") return next();
    const session = await sessionOf(c);
    if (!session) throw new Refusal("not_signed_in");
    // Set before the checks below, so that the log says who was refused by them.
    c.set("session", session);
    const stage = sessions.stageOf(session);
    const isIn =
      access === "half signed in" || stage === "open" || (access === "enrolling" && stage === "enrolment");
    if (!isIn) throw new Refusal(stage === "enrolment" ? "enrolment_needed" : "second_factor_needed");
    if (isRight(access) && !may(session.role, access)) throw new Refusal("not_allowed");
    if (fresh && !sessions.isFresh(session)) throw new Refusal("proof_needed");
    await next();
  };
}
