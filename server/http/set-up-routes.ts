import type { Sessions } from "../accounts/sessions.ts";
import type { SettingUp } from "../accounts/set-up.ts";
import { setUp, setUpCheck } from "../protocol/set-up.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { type Door, whenceOf } from "./door.ts";
import { addressOf } from "./env.ts";

export interface SetUpRoutesDeps {
  settingUp: SettingUp;
  sessions: Sessions;
  door: Door;
}

/** How a fresh server gets its owner. */
export const setUpRoutes = ({ settingUp, sessions, door }: SetUpRoutesDeps): Route[] => [
  [
    "POST",
    "/api/set-up/check",
    "anyone",
    async (c) => {
      const { token } = await bodyOf(c, setUpCheck);
      settingUp.check(token, addressOf(c));
      return c.body(null, 204);
    },
  ],
  [
    "POST",
    "/api/set-up",
    "anyone",
    async (c) => {
      const body = await bodyOf(c, setUp);
      const whence = whenceOf(c);
      const { token, session } = sessions.prepare(whence);
      const owner = await settingUp.setUp(body, whence.address, session);
      return c.json(await door.welcome(c, owner, token), 201);
    },
  ],
];
