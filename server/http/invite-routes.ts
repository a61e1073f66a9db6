import type { Invitations } from "../accounts/invites.ts";
import { type InviteList, inviteCheck, newInvite } from "../protocol/invites.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { addressOf } from "./env.ts";
import { idOf } from "./people-routes.ts";

export interface InviteRoutesDeps {
  invitations: Invitations;
  /** Where pages of ours come from. */
  origins(): readonly string[];
}

/** What admins do with invitations, and what those ask who were given one. */
export const inviteRoutes = ({ invitations, origins }: InviteRoutesDeps): Route[] => [
  [
    "POST",
    "/api/invitation",
    "anyone",
    async (c) => {
      const { token } = await bodyOf(c, inviteCheck);
      return c.json(await invitations.look(token, addressOf(c)));
    },
  ],
  [
    "GET",
    "/api/invites",
    "invites.manage",
    async (c) => c.json<InviteList>({ invites: await invitations.all(), origins: origins() }),
  ],
  [
    "POST",
    "/api/invites",
    "invites.manage",
    async (c) => {
      const wanted = await bodyOf(c, newInvite);
      return c.json(await invitations.make(wanted, c.var.session, addressOf(c)), 201);
    },
  ],
  [
    "DELETE",
    "/api/invites/:id",
    "invites.manage",
    async (c) => {
      await invitations.revoke(idOf(c), c.var.session, addressOf(c));
      return c.body(null, 204);
    },
  ],
];
