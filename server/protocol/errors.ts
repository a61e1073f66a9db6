/** Every refusal there is: its stable code, its HTTP status, and a sentence that a person understands. */
export const errorCodes = {
  malformed: { status: 400, message: "That was not valid JSON." },
  invalid: { status: 400, message: "That request is not valid." },
  unknown_command: { status: 400, message: "There is no such command." },
  not_signed_in: { status: 401, message: "Please log in." },
  wrong_credentials: { status: 401, message: "That username and password do not match." },
  wrong_password: { status: 403, message: "That is not your current password." },
  wrong_code: { status: 403, message: "That code is not right, or was used already." },
  wrong_passkey: { status: 403, message: "This passkey does not open that." },
  proof_needed: { status: 403, message: "Please confirm that it is you." },
  second_factor_needed: { status: 403, message: "Please finish logging in with your second factor." },
  enrolment_needed: { status: 403, message: "This chat asks for a second factor. Please set one up." },
  account_barred: { status: 403, message: "This account is locked." },
  not_allowed: { status: 403, message: "You may not do that." },
  muted: { status: 403, message: "You may not write for the moment." },
  invite_needed: { status: 403, message: "New accounts need an invitation here." },
  invite_invalid: { status: 403, message: "This invitation is not valid any more. Ask for a new one." },
  link_invalid: { status: 403, message: "This link is not valid any more." },
  foreign_origin: { status: 403, message: "This request came from another website." },
  registration_closed: { status: 403, message: "New accounts cannot be made here at the moment." },
  not_found: { status: 404, message: "There is nothing here." },
  unknown_conversation: { status: 404, message: "There is no such conversation for you." },
  unknown_device: { status: 404, message: "There is no such device." },
  unknown_person: { status: 404, message: "There is no such person." },
  unknown_report: { status: 404, message: "There is no such report." },
  unknown_message: { status: 404, message: "There is no such message." },
  method_not_allowed: { status: 405, message: "That cannot be done here." },
  person_deleted: { status: 409, message: "This account was deleted; nothing more can be sent to it." },
  person_barred: {
    status: 409,
    message: "This account is locked; nothing can be sent to it at the moment.",
  },
  already_set_up: { status: 409, message: "This chat is set up already." },
  not_set_up: {
    status: 409,
    message: "This chat is not set up yet. Open the link that its start has printed.",
  },
  identity_taken: { status: 409, message: "That account at the provider opens another account here." },
  last_way_in: { status: 409, message: "This is the only way into your account. Add another first." },
  owner_stays: { status: 409, message: "The owner's account cannot go. Hand the chat over first." },
  report_settled: { status: 409, message: "Somebody else has settled this report." },
  passkeys_need_name: {
    status: 409,
    message: "Passkeys need a host name. This page was opened at a bare address.",
  },
  too_many: { status: 409, message: "There are too many of these. Remove one first." },
  name_taken: { status: 409, message: "That username is taken." },
  client_id_reused: { status: 409, message: "This message id was used for another message." },
  epoch_changed: { status: 409, message: "The server's history was replaced. Start over." },
  password_weak: { status: 422, message: "That password is too easy to guess." },
  too_large: { status: 413, message: "That is too large." },
  message_too_large: { status: 413, message: "That message is too long." },
  unsupported_media_type: { status: 415, message: "Only application/json is understood." },
  rate_limited: { status: 429, message: "That was too fast. Please wait a moment." },
  provider_failed: { status: 502, message: "The sign-in with this provider did not work. Please try again." },
  internal: { status: 500, message: "Something went wrong on the server." },
  busy: { status: 503, message: "The server is busy. Please try again in a moment." },
  storage_full: {
    status: 507,
    message: "The server's disk is full. Nothing was stored; please try again later.",
  },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** The body of every refused HTTP request. */
export interface ErrorBody {
  error: {
    code: ErrorCode;
    message: string;
    /** Milliseconds after which the same request may succeed. */
    retryAfter?: number;
    /** The field of the request that is at fault. */
    field?: string;
    /** Names the entry in the server's log, for `internal`. */
    id?: string;
  };
}
