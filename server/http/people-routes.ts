import type { Moderation, ModerationAction } from "../moderation/actions.ts";
import type { Administration } from "../moderation/administration.ts";
import { deletion } from "../protocol/account.ts";
import { type CloseCode, closeCodes } from "../protocol/close-codes.ts";
import { muting, roleChange, statusChange } from "../protocol/people.ts";
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
  const action = (c: RouteContext): ModerationAction => ({
    by: c.var.session,
    to: idOf(c),
    address: addressOf(c),
  });

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
        await moderation.mute(action(c), await bodyOf(c, muting));
        return done(c);
      },
    ],
    [
      "PUT",
      "/api/people/:id/status",
      "people.ban",
      async (c) => {
        const change = await bodyOf(c, statusChange);
        await moderation.setStatus(action(c), change);
        return change.status === "active" ? done(c) : done(c, closeCodes.accountBarred);
      },
    ],
    [
      "PUT",
      "/api/people/:id/role",
      "people.role",
      async (c) => {
        await administration.setRole(action(c), await bodyOf(c, roleChange));
        return done(c);
      },
      "fresh",
    ],
    [
      "PUT",
      "/api/people/:id/ownership",
      "ownership.hand over",
      async (c) => {
        await administration.handOver(action(c));
        return done(c);
      },
      "fresh",
    ],
    [
      "DELETE",
      "/api/people/:id/sessions",
      "people.end sessions",
      async (c) => {
        await administration.endSessions(action(c));
        return done(c, closeCodes.signedOut);
      },
      "fresh",
    ],
    [
      "DELETE",
      "/api/people/:id",
      "people.delete",
      async (c) => {
        await administration.remove(action(c), await bodyOf(c, deletion));
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
