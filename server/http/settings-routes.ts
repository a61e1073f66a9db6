import type { LiveSettings } from "../accounts/settings.ts";
import type { MakeAuditEntry } from "../moderation/audit-entry.ts";
import { may } from "../protocol/roles.ts";
import { type ServerSettings, settings as settingsSchema } from "../protocol/settings.ts";
import { Refusal } from "../refusal.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { addressOf } from "./env.ts";

export interface SettingsRoutesDeps {
  settings: LiveSettings;
  auditEntry: MakeAuditEntry;
}

/** What says who gets in: for the owner alone. */
const accessSettings = ["registration", "secondFactor"] as const satisfies (keyof ServerSettings)[];

/** How the server is set up, for those who may change it. */
export const settingsRoutes = ({ settings, auditEntry }: SettingsRoutesDeps): Route[] => [
  ["GET", "/api/settings", "settings.change", (c) => c.json(settings.current())],
  [
    "PUT",
    "/api/settings",
    "settings.change",
    async (c) => {
      const next = await bodyOf(c, settingsSchema);
      const before = settings.current();
      const { userId, role } = c.var.session;
      const isOther = (key: keyof ServerSettings) => next[key] !== before?.[key];
      if (accessSettings.some(isOther) && !may(role, "settings.access")) throw new Refusal("not_allowed");
      const changed = (Object.keys(next) as (keyof ServerSettings)[]).filter(isOther);
      // What the name and the welcome were is nothing to look into later; the rules are.
      const rules = changed.filter((key) => key !== "name" && key !== "welcome");
      const detail = {
        changed: changed.join(", "),
        ...Object.fromEntries(rules.map((key) => [key, next[key]])),
      };
      if (changed.length > 0)
        await settings.change(
          next,
          auditEntry("house.changed", { by: userId, address: addressOf(c), detail }),
        );
      return c.body(null, 204);
    },
    "fresh",
  ],
];
