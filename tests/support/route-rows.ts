import { type Route, type RouteName, routes } from "../../server/protocol/routes.ts";
import { adminRouteRows } from "./admin-route-rows.ts";
import { password } from "./person.ts";
import type { RouteRow } from "./route-row.ts";

const none = "none";
const attestation = {
  id: none,
  rawId: none,
  type: "public-key",
  clientExtensionResults: {},
  response: { clientDataJSON: none, attestationObject: none },
};
const assertion = {
  ...attestation,
  response: { clientDataJSON: none, authenticatorData: none, signature: none },
};
/** What is known of every route, so that the tests of all routes are tests of all routes: a new one needs a row. */
export const routeRows: Record<string, RouteRow> = {
  "GET /api/session": { access: "anyone", status: 200 },
  "POST /api/session": { access: "anyone", body: { name: "alice", password }, status: 200 },
  "DELETE /api/session": { access: "half signed in", status: 204 },
  "POST /api/account": {
    access: "anyone",
    body: { name: "newcomer", password },
    status: 201,
  },
  "GET /api/account": { access: "enrolling", status: 200 },
  // The owner's account stays until the chat is handed over.
  "DELETE /api/account": {
    access: "signed in",
    fresh: true,
    body: { messages: "keep" },
    status: 409,
  },
  "PUT /api/account/password": {
    access: "signed in",
    body: { current: password, password: "another horse battery" },
    status: 204,
  },
  // Of an account without an authenticator app.
  "POST /api/session/code": { access: "half signed in", body: { code: "123456" }, status: 403 },
  "GET /api/account/factors": { access: "enrolling", status: 200 },
  "POST /api/account/code": { access: "enrolling", fresh: true, status: 201 },
  "PUT /api/account/code": {
    access: "enrolling",
    body: { ticket: none, code: "123456" },
    status: 403,
  },
  "DELETE /api/account/code": { access: "signed in", fresh: true, status: 404 },
  "POST /api/account/recovery-codes": { access: "signed in", fresh: true, status: 404 },
  "POST /api/proof": { access: "enrolling", body: { password }, status: 200 },
  // Passkeys of which no authenticator knows anything.
  "POST /api/passkeys/question": { access: "anyone", status: 200 },
  "POST /api/session/passkey": {
    access: "anyone",
    body: { ticket: none, response: assertion },
    status: 403,
  },
  "POST /api/proof/passkey": {
    access: "half signed in",
    body: { ticket: none, response: assertion },
    status: 403,
  },
  "GET /api/account/passkeys": { access: "enrolling", status: 200 },
  "POST /api/account/passkey-question": { access: "enrolling", fresh: true, status: 200 },
  "POST /api/account/passkeys": {
    access: "enrolling",
    fresh: true,
    body: { ticket: none, name: "Phone", response: attestation },
    status: 403,
  },
  "PUT /api/account/passkeys/:id": {
    access: "signed in",
    at: "/api/account/passkeys/none",
    body: { name: "Phone" },
    status: 404,
  },
  "DELETE /api/account/passkeys/:id": {
    access: "signed in",
    fresh: true,
    at: "/api/account/passkeys/none",
    status: 404,
  },
  "PATCH /api/account/preferences": {
    access: "signed in",
    body: { theme: "dark" },
    status: 204,
  },
  "GET /api/account/alerts": { access: "signed in", status: 200 },
  "PUT /api/account/alerts/:id": {
    access: "signed in",
    at: "/api/account/alerts/1",
    body: { seen: true },
    status: 404,
  },
  "GET /api/account/sessions": { access: "signed in", status: 200 },
  "DELETE /api/account/sessions": { access: "signed in", fresh: true, status: 204 },
  "PUT /api/account/sessions/:id": {
    access: "signed in",
    at: "/api/account/sessions/none",
    body: { label: "Phone" },
    status: 404,
  },
  "DELETE /api/account/sessions/:id": {
    access: "signed in",
    fresh: true,
    at: "/api/account/sessions/none",
    status: 404,
  },
  "POST /api/account/export": {
    access: "signed in",
    fresh: true,
    body: { format: "json" },
    status: 200,
  },
  // Nothing can be set up twice; a link that opens nothing is refused.
  "POST /api/set-up/check": { access: "anyone", body: { token: none }, status: 409 },
  "POST /api/set-up": {
    access: "anyone",
    body: { token: none, chatName: "Chat", registration: "open", name: "newcomer", password },
    status: 409,
  },
  "POST /api/invitation": { access: "anyone", body: { token: none }, status: 200 },
  "POST /api/reset/check": { access: "anyone", body: { token: none }, status: 403 },
  "POST /api/reset": { access: "anyone", body: { token: none, password }, status: 403 },
  // Where no provider is configured.
  "POST /api/providers/:id": {
    access: "anyone",
    at: "/api/providers/none",
    body: { next: "/account" },
    status: 404,
  },
  "GET /api/providers/:id/callback": { access: "anyone", at: "/api/providers/none/callback", status: 303 },
  "POST /api/arrival": { access: "anyone", status: 403 },
  "GET /api/pending-sign-up": { access: "anyone", status: 403 },
  "POST /api/pending-sign-up": {
    access: "anyone",
    body: { name: "newcomer" },
    status: 403,
  },
  "GET /api/account/providers": { access: "signed in", status: 200 },
  "POST /api/account/providers/:id": {
    access: "signed in",
    fresh: true,
    at: "/api/account/providers/none",
    status: 404,
  },
  "DELETE /api/account/providers/:id": {
    access: "signed in",
    fresh: true,
    at: "/api/account/providers/none",
    status: 404,
  },
  "GET /api/socket": { access: "signed in", status: 101 },
  "GET /api/health": { access: "anyone", status: 200 },
  "GET /api/health/node": { access: "anyone", status: 200 },
  ...adminRouteRows,
};

/** Each row with its method and path, the address at which it is asked for, and the schema of its body. */
export const routeList = Object.entries(routeRows).map(([route, row]) => {
  const [method, path] = route.split(" ") as [string, string];
  const { body: schema }: Route = routes[route as RouteName];
  return { ...row, method, path, address: row.at ?? path, schema };
});

export const unsafeRoutes = routeList.filter(({ method }) => method !== "GET");
