import type { Administration } from "../accounts/administration.ts";
import type { Deed, Moderation } from "../accounts/moderation.ts";
import { deletion } from "../protocol/account.ts";
import { type CloseCode, closeCodes } from "../protocol/close-codes.ts";
import { muting, roleChange, standingChange } from "../protocol/people.ts";
import type { Connections } from "../realtime/connections.ts";
import { Refusal } from "../refusal.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { addressOf, type RouteContext } from "./env.ts";

export interface PeopleRoutesDeps {
  administration: Administration;
  moderation: Moderation;
  connections: Connections;
}

/** What those who look after the chat do with other people's accounts. */
export function peopleRoutes({ administration, moderation, connections }: PeopleRoutesDeps): Route[] {
  const deed = (c: RouteContext): Deed => ({ by: c.var.session, to: idOf(c), address: addressOf(c) });

  /** An answer without content, once the sockets of whom it was done to are closed. */
  function done(c: RouteContext, code?: CloseCode) {
    if (code !== undefined) connections.closeUser(idOf(c), code);
    return c.body(null, 204);
  }

  return [
    ["GET", "/api/people", "people.see", async (c) => c.json(await administration.overview(c.var.session))],
    [
      "PUT",
      "/api/people/:id/mute",
      "people.mute",
      async (c) => {
        await moderation.mute(deed(c), await bodyOf(c, muting));
        return done(c);
      },
    ],
    [
      "PUT",
      "/api/people/:id/standing",
      "people.ban",
      async (c) => {
        const change = await bodyOf(c, standingChange);
        await moderation.setStanding(deed(c), change);
        return change.standing === "active" ? done(c) : done(c, closeCodes.accountBarred);
      },
    ],
    [
      "PUT",
      "/api/people/:id/role",
      "people.role",
      async (c) => {
        await administration.setRole(deed(c), await bodyOf(c, roleChange));
        return done(c);
      },
      "fresh",
    ],
    [
      "PUT",
      "/api/people/:id/ownership",
      "house.hand over",
      async (c) => {
        await administration.handOver(deed(c));
        return done(c);
      },
      "fresh",
    ],
    [
      "DELETE",
      "/api/people/:id/sessions",
      "people.end sessions",
      async (c) => {
        await administration.endSessions(deed(c));
        return done(c, closeCodes.signedOut);
      },
      "fresh",
    ],
    [
      "DELETE",
      "/api/people/:id",
      "people.delete",
      async (c) => {
        await administration.remove(deed(c), await bodyOf(c, deletion));
        return done(c, closeCodes.accountDeleted);
      },
      "fresh",
    ],
  ];
}

/** The id that a path names; nobody has one of another form. */
export function idOf(c: RouteContext): number {
  const id = c.req.param("id") ?? "";
  if (!/^[1-9]\d{0,14}$/.test(id)) throw new Refusal("not_found");
  return Number(id);
}
