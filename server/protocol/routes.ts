import type * as v from "valibot";
import {
  type AccountInfo,
  credentials,
  deletion,
  passwordChange,
  registration,
  type SessionInfo,
} from "./account.ts";
import { type Alert, alertSeen } from "./alerts.ts";
import { type AuditPage, auditFilter, auditQuery } from "./audit-filter.ts";
import { type DeviceInfo, deviceLabel } from "./devices.ts";
import { exportRequest } from "./export.ts";
import { type Invitation, type InviteInfo, type InviteList, inviteCheck, newInvite } from "./invites.ts";
import {
  type AddedPasskey,
  newPasskey,
  type PasskeyInfo,
  type PasskeyQuestion,
  passkeyAnswer,
  passkeyName,
} from "./passkeys.ts";
import { muting, type PersonInfo, roleChange, statusChange } from "./people.ts";
import { preferencesChange } from "./preferences.ts";
import { proof } from "./proof.ts";
import {
  type Arrived,
  type PendingSignUp,
  type ProviderAddress,
  type ProviderInfo,
  pendingSignUpName,
  providerVisit,
} from "./providers.ts";
import { type ReportInfo, reporting, reportQuery, settlement } from "./reports.ts";
import { type ResetInfo, type ResetLink, reset, resetCheck } from "./resets.ts";
import type { Right } from "./roles.ts";
import {
  type CodeOffer,
  codeConfirmation,
  codeGiven,
  type FactorsInfo,
  type RecoveryCodes,
} from "./second-factor.ts";
import { setUp, setUpCheck } from "./set-up.ts";
import { type ServerSettings, settings } from "./settings.ts";
import type { StorageState } from "./storage.ts";

/**
 * Who may use a route: anyone; who has a session, however far it got; who may set up a second factor, signed in or asked to;
 * who is signed in; who has a right of the table of roles.
 */
export type Access = "anyone" | "half signed in" | "enrolling" | "signed in" | Right;

declare const answered: unique symbol;

/**
 * A status, and the type of the JSON that goes with it. Only the type is here, and no schema: nobody checks an answer at
 * run time, since the client that reads it comes from the server that gives it.
 */
interface Answer<T> {
  status: 200 | 201;
  [answered]?: T;
}

export interface Route {
  access: Access;
  /** Whether it asks for a fresh proof of who one is. */
  fresh?: true;
  /** Of the JSON body; without one, no body is read. */
  body?: v.GenericSchema;
  /** Of the parameters behind the question mark; without one, they are not looked at. */
  query?: v.GenericSchema;
  /**
   * What a success answers. Without it, 204 and nothing; "file" is streamed; "other" is none of these: an upgrade, a
   * redirect, or a status that says something.
   */
  answer?: Answer<unknown> | "file" | "other";
}

const ok = <T>(): Answer<T> => ({ status: 200 });
const created = <T>(): Answer<T> => ({ status: 201 });

/** Every route there is, in reading order; the server, its client, the tests and the documents all go by this table. */
export const routes = {
  "GET /api/session": { access: "anyone", answer: ok<SessionInfo>() },
  /** Signs in, as far as one factor goes. */
  "POST /api/session": { access: "anyone", body: credentials, answer: ok<SessionInfo>() },
  /** The second step of signing in; new cookie. */
  "POST /api/session/code": { access: "half signed in", body: codeGiven, answer: ok<SessionInfo>() },
  /** Signs in with both factors. */
  "POST /api/session/passkey": { access: "anyone", body: passkeyAnswer, answer: ok<SessionInfo>() },
  /** This session and its sockets end. */
  "DELETE /api/session": { access: "half signed in" },
  /** A fresh proof, by what signing in takes; new cookie, sockets close with 4002. */
  "POST /api/proof": { access: "enrolling", body: proof, answer: ok<SessionInfo>() },
  /** The same by a passkey; also the second step of signing in. */
  "POST /api/proof/passkey": { access: "half signed in", body: passkeyAnswer, answer: ok<SessionInfo>() },

  "POST /api/set-up/check": { access: "anyone", body: setUpCheck },
  /** Makes the owner's account and signs it in. */
  "POST /api/set-up": { access: "anyone", body: setUp, answer: created<SessionInfo>() },
  "POST /api/invitation": { access: "anyone", body: inviteCheck, answer: ok<Invitation>() },
  /** Makes an account and signs it in. */
  "POST /api/account": { access: "anyone", body: registration, answer: created<SessionInfo>() },
  "POST /api/reset/check": { access: "anyone", body: resetCheck, answer: ok<ResetInfo>() },
  /** Signs in; every other session ends. */
  "POST /api/reset": { access: "anyone", body: reset, answer: ok<SessionInfo>() },

  "GET /api/account": { access: "enrolling", answer: ok<AccountInfo>() },
  /** Every other session ends; this one gets a new cookie, and its sockets close with 4002. */
  "PUT /api/account/password": { access: "signed in", body: passwordChange },
  /** The account, its sessions and its sockets end. */
  "DELETE /api/account": { access: "signed in", fresh: true, body: deletion },
  /** The header `X-Total-Messages` says about how many lines with messages there are. */
  "POST /api/account/export": { access: "signed in", fresh: true, body: exportRequest, answer: "file" },
  /** What is left out stays as it is; one's devices hear of it. */
  "PATCH /api/account/preferences": { access: "signed in", body: preferencesChange },
  "GET /api/account/factors": { access: "enrolling", answer: ok<FactorsInfo>() },
  /** Offers a secret, which waits half an hour to be confirmed. */
  "POST /api/account/code": { access: "enrolling", fresh: true, answer: created<CodeOffer>() },
  /** Confirms the app; new cookie. */
  "PUT /api/account/code": { access: "enrolling", body: codeConfirmation, answer: ok<RecoveryCodes>() },
  /** Removes the app; other sessions end. */
  "DELETE /api/account/code": { access: "signed in", fresh: true },
  /** New ones, in place of all others. */
  "POST /api/account/recovery-codes": {
    access: "signed in",
    fresh: true,
    answer: created<RecoveryCodes>(),
  },
  "POST /api/passkeys/question": { access: "anyone", answer: ok<PasskeyQuestion>() },
  "GET /api/account/passkeys": { access: "enrolling", answer: ok<PasskeyInfo[]>() },
  /** For a new one. */
  "POST /api/account/passkey-question": { access: "enrolling", fresh: true, answer: ok<PasskeyQuestion>() },
  /** New cookie. */
  "POST /api/account/passkeys": {
    access: "enrolling",
    fresh: true,
    body: newPasskey,
    answer: created<AddedPasskey>(),
  },
  "PUT /api/account/passkeys/:id": { access: "signed in", body: passkeyName },
  /** `enrolment_needed` or `last_way_in` where it is the only one. */
  "DELETE /api/account/passkeys/:id": { access: "signed in", fresh: true },
  /** The latest first. */
  "GET /api/account/alerts": { access: "signed in", answer: ok<Alert[]>() },
  /** One's devices hear of it. */
  "PUT /api/account/alerts/:id": { access: "signed in", body: alertSeen },
  "GET /api/account/sessions": { access: "signed in", answer: ok<DeviceInfo[]>() },
  "PUT /api/account/sessions/:id": { access: "signed in", body: deviceLabel },
  /** That session and its sockets end. */
  "DELETE /api/account/sessions/:id": { access: "signed in", fresh: true },
  /** All but this one end. */
  "DELETE /api/account/sessions": { access: "signed in", fresh: true },

  /** Begins a visit at a provider, to sign in. */
  "POST /api/providers/:id": { access: "anyone", body: providerVisit, answer: ok<ProviderAddress>() },
  /** Where the provider sends the browser back to: 303 to `/arriving`, or `/login?problem=<code>` (linking: `/account`). */
  "GET /api/providers/:id/callback": { access: "anyone", answer: "other" },
  /** Finishes a visit, with the key of the page that began it. */
  "POST /api/arrival": { access: "anyone", answer: ok<Arrived>() },
  "GET /api/pending-sign-up": { access: "anyone", answer: ok<PendingSignUp>() },
  /** Makes the account and signs it in. */
  "POST /api/pending-sign-up": { access: "anyone", body: pendingSignUpName, answer: created<SessionInfo>() },
  "GET /api/account/providers": { access: "signed in", answer: ok<ProviderInfo[]>() },
  /** Begins a visit, to link an account there to one's own. */
  "POST /api/account/providers/:id": { access: "signed in", fresh: true, answer: ok<ProviderAddress>() },
  /** Unlinks it; `last_way_in` where nothing else would open the account. */
  "DELETE /api/account/providers/:id": { access: "signed in", fresh: true },

  "GET /api/invites": { access: "invites.manage", answer: ok<InviteList>() },
  "POST /api/invites": { access: "invites.manage", body: newInvite, answer: created<InviteInfo>() },
  /** It is revoked. */
  "DELETE /api/invites/:id": { access: "invites.manage" },
  "GET /api/people": { access: "people.see", answer: ok<PersonInfo[]>() },
  "PUT /api/people/:id/mute": { access: "people.mute", body: muting },
  "PUT /api/people/:id/status": { access: "people.ban", body: statusChange },
  "PUT /api/people/:id/role": { access: "people.role", fresh: true, body: roleChange },
  /** They are the owner, and one is an admin. */
  "PUT /api/people/:id/ownership": { access: "ownership.hand over", fresh: true },
  "DELETE /api/people/:id/sessions": { access: "people.end sessions", fresh: true },
  "POST /api/people/:id/reset": { access: "people.reset", fresh: true, answer: created<ResetLink>() },
  "DELETE /api/people/:id": { access: "people.delete", fresh: true, body: deletion },
  "POST /api/reports": { access: "message.report", body: reporting },
  /** At most 200. */
  "GET /api/reports": { access: "reports.settle", query: reportQuery, answer: ok<ReportInfo[]>() },
  "PUT /api/reports/:id": { access: "reports.settle", body: settlement },
  "GET /api/settings": { access: "settings.change", answer: ok<ServerSettings>() },
  /** Who may join and who needs a second factor takes the right `settings.access`. */
  "PUT /api/settings": { access: "settings.change", fresh: true, body: settings },
  "GET /api/audit": { access: "audit.read", query: auditQuery, answer: ok<AuditPage>() },
  /** JSON lines, the latest first. */
  "POST /api/audit/export": { access: "audit.read", fresh: true, body: auditFilter, answer: "file" },

  /** 101, [the socket](#the-socket). */
  "GET /api/socket": { access: "signed in", answer: "other" },
  "GET /api/storage": { access: "settings.change", answer: ok<StorageState>() },
  /** 200 `{"ok": true}`; or 503 `{"ok": false, "reason"}`: `stopping`, `cut_off` from PostgreSQL, or `storage_full`. */
  "GET /api/health": { access: "anyone", answer: "other" },
  /** The same for load balancers, but 200 while the storage is full: reading goes on, and no other node has more room. */
  "GET /api/health/node": { access: "anyone", answer: "other" },
} as const satisfies Record<`${"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} /api/${string}`, Route>;

type Routes = typeof routes;
export type RouteName = keyof Routes;
/** The routes that answer with a file. */
export type FileRoute = {
  [R in RouteName]: Routes[R] extends { answer: "file" } ? R : never;
}[RouteName];

/** The schema of a part that is sent, body or query; undefined for routes that take none. */
type SchemaOf<R extends RouteName, Part extends "body" | "query"> = Routes[R] extends {
  [P in Part]: infer S extends v.GenericSchema;
}
  ? S
  : undefined;
/** What a route takes, as its schema makes it; undefined where it takes none. */
export type TakenBy<R extends RouteName, Part extends "body" | "query"> =
  SchemaOf<R, Part> extends v.GenericSchema ? v.InferOutput<SchemaOf<R, Part>> : undefined;
/** A promise of what a route answers in JSON; of nothing where it answers with 204. */
export type AnswerOf<R extends RouteName> = Routes[R] extends { answer: Answer<infer T> }
  ? Promise<T>
  : Promise<void>;
