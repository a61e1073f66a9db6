import type { OwnData } from "../accounts/own-data.ts";
import { ownDataRequest, totalHeader } from "../protocol/own-data.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { addressOf } from "./env.ts";

export interface OwnDataRoutesDeps {
  ownData: OwnData;
}

const types = { json: "application/json; charset=utf-8", html: "text/html; charset=utf-8" };

/** Everything that is kept of oneself, as a file. */
export const ownDataRoutes = ({ ownData }: OwnDataRoutesDeps): Route[] => [
  [
    "POST",
    "/api/account/export",
    "signed in",
    async (c) => {
      const { format } = await bodyOf(c, ownDataRequest);
      const { total, file } = await ownData.export(c.var.session, format, addressOf(c));
      return c.body(file, 200, {
        "Content-Type": types[format],
        "Content-Disposition": `attachment; filename="my-data.${format}"`,
        [totalHeader]: String(total),
      });
    },
    "fresh",
  ],
];
