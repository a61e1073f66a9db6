import type { MakeAct } from "../accounts/act.ts";
import type { HouseKeeper } from "../accounts/house.ts";
import { type House, house as houseSchema } from "../protocol/house.ts";
import { may } from "../protocol/roles.ts";
import { Refusal } from "../refusal.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { addressOf } from "./env.ts";

export interface HouseRoutesDeps {
  house: HouseKeeper;
  act: MakeAct;
}

/** What says who gets in: for the owner alone. */
const doors = ["registration", "secondFactor"] as const satisfies (keyof House)[];

/** How the server is set up, for those who may change it. */
export const houseRoutes = ({ house, act }: HouseRoutesDeps): Route[] => [
  ["GET", "/api/house", "house.change", (c) => c.json(house.current())],
  [
    "PUT",
    "/api/house",
    "house.change",
    async (c) => {
      const next = await bodyOf(c, houseSchema);
      const before = house.current();
      const { userId, role } = c.var.session;
      const isOther = (key: keyof House) => next[key] !== before?.[key];
      if (doors.some(isOther) && !may(role, "house.doors")) throw new Refusal("not_allowed");
      const changed = (Object.keys(next) as (keyof House)[]).filter(isOther);
      // What the name and the welcome were is nothing to look into later; the rules are.
      const rules = changed.filter((key) => key !== "name" && key !== "welcome");
      const detail = {
        changed: changed.join(", "),
        ...Object.fromEntries(rules.map((key) => [key, next[key]])),
      };
      if (changed.length > 0)
        await house.change(next, act("house.changed", { by: userId, address: addressOf(c), detail }));
      return c.body(null, 204);
    },
    "fresh",
  ],
];
