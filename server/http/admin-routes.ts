import type { Invitations } from "../accounts/invites.ts";
import type { LiveSettings } from "../accounts/settings.ts";
import type { Resets } from "../auth/resets.ts";
import type { Moderation, ModerationAction } from "../moderation/actions.ts";
import type { Administration } from "../moderation/administration.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import type { AuditTrail } from "../moderation/audit-log.ts";
import type { Reports } from "../moderation/reports.ts";
import { may } from "../protocol/roles.ts";
import type { ServerSettings } from "../protocol/settings.ts";
import type { StorageState } from "../protocol/storage.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "../store/sessions.ts";
import { type Handlers, numberIn } from "./handler.ts";

export interface AdminRoutesDeps {
  invitations: Invitations;
  administration: Administration;
  moderation: Moderation;
  resets: Resets;
  reports: Reports;
  settings: LiveSettings;
  trail: AuditTrail;
  auditEntry: MakeAuditEntry;
  /** Where pages of ours come from. */
  origins(): readonly string[];
  storage(): StorageState;
}

/** What says who gets in: for the owner alone. */
const accessSettings = ["registration", "secondFactor"] as const satisfies (keyof ServerSettings)[];

/** What those do who look after the chat: people, invitations, reports, settings, the audit log. */
export function adminRoutes(deps: AdminRoutesDeps) {
  const { invitations, administration, moderation, reports, settings, trail } = deps;
  return {
    "GET /api/invites": async () => ({ invites: await invitations.all(), origins: deps.origins() }),
    "POST /api/invites": ({ session, body, address }) => invitations.make(body, session, address),
    "DELETE /api/invites/:id": ({ session, id, address }) =>
      invitations.revoke(numberIn(id), session, address),

    "GET /api/people": ({ session }) => administration.overview(session),
    "PUT /api/people/:id/mute": (asked) => moderation.mute(actionOf(asked), asked.body),

    "PUT /api/people/:id/status": (asked) => moderation.setStatus(actionOf(asked), asked.body),
    "PUT /api/people/:id/role": (asked) => administration.setRole(actionOf(asked), asked.body),
    "PUT /api/people/:id/ownership": (asked) => administration.handOver(actionOf(asked)),
    "DELETE /api/people/:id/sessions": (asked) => administration.endSessions(actionOf(asked)),
    "POST /api/people/:id/reset": (asked) => deps.resets.make(actionOf(asked)),
    "DELETE /api/people/:id": (asked) => administration.remove(actionOf(asked), asked.body),

    "POST /api/reports": ({ session, body, address }) => reports.add(session, body, address),
    "GET /api/reports": ({ session, query }) => reports.list(session, query.which),
    "PUT /api/reports/:id": ({ session, id, body, address }) =>
      reports.settle(session, numberIn(id), body, address),

    // There are some: nobody has a right before the server is set up.
    "GET /api/settings": () => settings.current()!,

    "PUT /api/settings": async ({ session: { userId, role }, body: next, address }) => {
      const before = settings.current();
      const isOther = (key: keyof ServerSettings) => next[key] !== before?.[key];
      if (accessSettings.some(isOther) && !may(role, "settings.access")) throw new Refusal("not_allowed");
      const changed = (Object.keys(next) as (keyof ServerSettings)[]).filter(isOther);
      if (changed.length === 0) return;
      // What the name and the welcome were is nothing to look into later; the rules are.
      const rules = changed.filter((key) => key !== "name" && key !== "welcome");
      const values = Object.fromEntries(rules.map((key) => [key, next[key]]));
      const detail = { changed: changed.join(", "), ...values };
      await settings.change(next, deps.auditEntry("house.changed", { by: userId, address, detail }));
    },

    "GET /api/audit": ({ session, query: { before, ...filter } }) =>
      trail.page(session, filter, before ?? null),

    "POST /api/audit/export": async ({ c, session, body, address }) =>
      c.body(await trail.export(session, body, address), 200, {
        "Content-Type": "application/x-ndjson; charset=utf-8",
        "Content-Disposition": 'attachment; filename="audit.ndjson"',
      }),

    "GET /api/storage": () => deps.storage(),
  } satisfies Partial<Handlers>;
}

const actionOf = (asked: { session: Session; id: string; address: string }): ModerationAction => ({
  by: asked.session,
  to: numberIn(asked.id),
  address: asked.address,
});
