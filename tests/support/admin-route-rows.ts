import type { RouteRow } from "./route-row.ts";

const rules = {
  name: "Family",
  welcome: "",
  registration: "open",
  secondFactor: "nobody",
  messageBurst: 30,
  messagesPerMinute: 120,
  messageBytes: 16_384,
};

/** The rows of those routes by which the chat is looked after. */
export const adminRouteRows: Record<string, RouteRow> = {
  "GET /api/invites": { access: "invites.manage", status: 200 },
  "POST /api/invites": {
    access: "invites.manage",
    body: { label: "", expiresIn: null, maxUses: 1 },
    status: 201,
  },
  "DELETE /api/invites/:id": { access: "invites.manage", at: "/api/invites/1", status: 404 },
  "GET /api/people": { access: "people.see", status: 200 },
  "PUT /api/people/:id/mute": {
    access: "people.mute",
    at: "/api/people/2/mute",
    body: { minutes: 10, reason: "" },
    status: 204,
  },
  "PUT /api/people/:id/status": {
    access: "people.ban",
    at: "/api/people/2/status",
    body: { status: "banned", reason: "" },
    status: 204,
  },
  "PUT /api/people/:id/role": {
    access: "people.role",
    fresh: true,
    at: "/api/people/2/role",
    body: { role: "moderator" },
    status: 204,
  },
  "PUT /api/people/:id/ownership": {
    access: "ownership.hand over",
    fresh: true,
    at: "/api/people/2/ownership",
    status: 204,
  },
  "DELETE /api/people/:id/sessions": {
    access: "people.end sessions",
    fresh: true,
    at: "/api/people/2/sessions",
    status: 204,
  },
  "POST /api/people/:id/reset": {
    access: "people.reset",
    fresh: true,
    at: "/api/people/2/reset",
    status: 201,
  },
  "DELETE /api/people/:id": {
    access: "people.delete",
    fresh: true,
    at: "/api/people/2",
    body: { messages: "keep" },
    status: 204,
  },
  "POST /api/reports": {
    access: "message.report",
    body: { conversation: "group", seq: 1, reason: "" },
    status: 204,
  },
  "GET /api/reports": { access: "reports.settle", status: 200 },
  "PUT /api/reports/:id": {
    access: "reports.settle",
    at: "/api/reports/1",
    body: { outcome: "dismissed" },
    status: 404,
  },
  "GET /api/settings": { access: "settings.change", status: 200 },
  "PUT /api/settings": { access: "settings.change", fresh: true, body: rules, status: 204 },
  "GET /api/storage": { access: "settings.change", status: 200 },
  "GET /api/audit": { access: "audit.read", status: 200 },
  "POST /api/audit/export": {
    access: "audit.read",
    fresh: true,
    body: { event: "house.changed" },
    status: 200,
  },
};
