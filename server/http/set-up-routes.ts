import type { SettingUp } from "../accounts/set-up.ts";
import type { Sessions } from "../auth/sessions.ts";
import { setUp, setUpCheck } from "../protocol/set-up.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { addressOf } from "./env.ts";
import { clientOf, type Login } from "./login.ts";

export interface SetUpRoutesDeps {
  settingUp: SettingUp;
  sessions: Sessions;
  login: Login;
}

/** How a fresh server gets its owner. */
export const setUpRoutes = ({ settingUp, sessions, login }: SetUpRoutesDeps): Route[] => [
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
      const client = clientOf(c);
      const { token, session } = sessions.prepare(client);
      const owner = await settingUp.setUp(body, client.address, session);
      return c.json(await login.welcome(c, owner, token), 201);
    },
  ],
];
