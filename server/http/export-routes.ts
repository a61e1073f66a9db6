import type { DataExport } from "../export/data-export.ts";
import { exportRequest, totalHeader } from "../protocol/export.ts";
import type { Route } from "./access.ts";
import { bodyOf } from "./body.ts";
import { addressOf } from "./env.ts";

export interface ExportRoutesDeps {
  dataExport: DataExport;
}

const types = { json: "application/json; charset=utf-8", html: "text/html; charset=utf-8" };

/** Everything that is kept of oneself, as a file. */
export const exportRoutes = ({ dataExport }: ExportRoutesDeps): Route[] => [
  [
    "POST",
    "/api/account/export",
    "signed in",
    async (c) => {
      const { format } = await bodyOf(c, exportRequest);
      const { total, file } = await dataExport.export(c.var.session, format, addressOf(c));
      return c.body(file, 200, {
        "Content-Type": types[format],
        "Content-Disposition": `attachment; filename="my-data.${format}"`,
        [totalHeader]: String(total),
      });
    },
    "fresh",
  ],
];
