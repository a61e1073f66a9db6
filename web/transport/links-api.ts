import type { SessionInfo } from "../../server/protocol/account.ts";
import type { Invitation, InviteInfo, InviteList, NewInvite } from "../../server/protocol/invites.ts";
import type { Reset, ResetInfo } from "../../server/protocol/resets.ts";
import type { SetUp } from "../../server/protocol/set-up.ts";
import type { Call } from "./call.ts";

/** What is asked by those who come by a link, and by those who make invitations. Each call gives the answer or throws `Refused`. */
export interface LinksApi {
  /** Refused where the set-up link is not the right one. */
  checkSetUp(token: string): Promise<void>;
  setUp(given: SetUp): Promise<SessionInfo>;
  invitation(token: string): Promise<Invitation>;
  invites(): Promise<InviteList>;
  makeInvite(wanted: NewInvite): Promise<InviteInfo>;
  revokeInvite(id: number): Promise<void>;
  checkReset(token: string): Promise<ResetInfo>;
  reset(given: Reset): Promise<SessionInfo>;
}

export const createLinksApi = (call: Call): LinksApi => ({
  checkSetUp: (token) => call("POST", "/api/set-up/check", { token }),
  setUp: (given) => call("POST", "/api/set-up", given),
  invitation: (token) => call("POST", "/api/invitation", { token }),
  invites: () => call("GET", "/api/invites"),
  makeInvite: (wanted) => call("POST", "/api/invites", wanted),
  revokeInvite: (id) => call("DELETE", `/api/invites/${id}`),
  checkReset: (token) => call("POST", "/api/reset/check", { token }),
  reset: (given) => call("POST", "/api/reset", given),
});
