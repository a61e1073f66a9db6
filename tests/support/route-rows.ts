import { password } from "./person.ts";

export interface RouteRow {
  access: "anyone" | "signed in";
  /** A body that succeeds; absent where none is read. */
  body?: Record<string, string>;
  /** The status of success, for the owner of the account "alice" with the usual password. */
  status: number;
}

/** What is known of every route, so that the tests of all routes are tests of all routes: a new one needs a row. */
export const routeRows: Record<string, RouteRow> = {
  "GET /api/session": { access: "anyone", status: 200 },
  "POST /api/session": { access: "anyone", body: { name: "alice", password }, status: 200 },
  "DELETE /api/session": { access: "signed in", status: 204 },
  "POST /api/account": { access: "anyone", body: { name: "newcomer", password }, status: 201 },
  "GET /api/account": { access: "signed in", status: 200 },
  "DELETE /api/account": { access: "signed in", body: { password }, status: 204 },
  "PUT /api/account/password": {
    access: "signed in",
    body: { current: password, password: "another horse battery" },
    status: 204,
  },
  "GET /api/socket": { access: "signed in", status: 101 },
  "GET /api/health": { access: "anyone", status: 200 },
};

/** Each row with its method and path. */
export const routeList = Object.entries(routeRows).map(([route, row]) => {
  const [method, path] = route.split(" ") as [string, string];
  return { method, path, ...row };
});

export const unsafeRoutes = routeList.filter(({ method }) => method !== "GET");
