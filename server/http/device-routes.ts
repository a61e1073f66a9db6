import type { Devices } from "../auth/devices.ts";
import { closeCodes } from "../protocol/close-codes.ts";
import { deviceLabel } from "../protocol/devices.ts";
import type { Connections } from "../realtime/connections.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { addressOf, type RouteContext } from "./env.ts";

export interface DeviceRoutesDeps {
  ownDevices: Devices;
  connections: Connections;
}

/** One's own sessions: seen, named and ended. */
export function deviceRoutes({ ownDevices, connections }: DeviceRoutesDeps): Route[] {
  const named = (c: RouteContext) => c.req.param("id") ?? "";

  async function end(c: RouteContext) {
    const { session } = c.var;
    const id = await ownDevices.end(session, named(c), addressOf(c));
    connections.closeSession({ id, userId: session.userId }, closeCodes.signedOut);
    return c.body(null, 204);
  }

  async function endOthers(c: RouteContext) {
    const { session } = c.var;
    await ownDevices.endOthers(session, addressOf(c));
    connections.closeUser(session.userId, closeCodes.signedOut, session);
    return c.body(null, 204);
  }

  return [
    ["GET", "/api/account/sessions", "signed in", async (c) => c.json(await ownDevices.list(c.var.session))],
    ["DELETE", "/api/account/sessions", "signed in", endOthers, "fresh"],
    [
      "PUT",
      "/api/account/sessions/:id",
      "signed in",
      async (c) => {
        const { label } = await bodyOf(c, deviceLabel);
        await ownDevices.label(c.var.session, named(c), label);
        return c.body(null, 204);
      },
    ],
    ["DELETE", "/api/account/sessions/:id", "signed in", end, "fresh"],
  ];
}
