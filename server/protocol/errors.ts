/**
 * Every refusal there is: its stable code, its HTTP status, and a sentence that a person understands. The comments tell authors of
 * clients when it comes, where the sentence does not.
 */
export const errorCodes = {
  /** Not JSON, or JSON that names a key twice, names `__proto__`, or nests more than 16 deep. */
  malformed: { status: 400, message: "That was not valid JSON." },
  /** A field is missing, unknown, or not of the right form; `message` says which, and over HTTP `field` too. */
  invalid: { status: 400, message: "That request is not valid." },
  /** There is no command of this `type`. */
  unknown_command: { status: 400, message: "There is no such command." },
  /** No session, or one that has ended, or one whose key was not shown. */
  not_signed_in: { status: 401, message: "Please log in." },
  /** User name and password do not match; the same for a name that does not exist. */
  wrong_credentials: { status: 401, message: "That username and password do not match." },
  /** The current password, asked for as a proof, is another. */
  wrong_password: { status: 403, message: "That is not your current password." },
  /** The code of the app or the recovery code is not right, or was used. */
  wrong_code: { status: 403, message: "That code is not right, or was used already." },
  /** The authenticator's answer does not fit. */
  wrong_passkey: { status: 403, message: "This passkey does not open that." },
  /** It takes a proof of who one is within the last ten minutes. */
  proof_needed: { status: 403, message: "Please confirm that it is you." },
  /** The second step of signing in is still to come. */
  second_factor_needed: { status: 403, message: "Please finish logging in with your second factor." },
  /** The chat asks for a second factor, and there is none. */
  enrolment_needed: { status: 403, message: "This chat asks for a second factor. Please set one up." },
  /** The account is suspended or banned; `message` says why. */
  account_barred: { status: 403, message: "This account is locked." },
  /** One's role does not allow it, or whom it is done to stands as high. */
  not_allowed: { status: 403, message: "You may not do that." },
  /** One may not write for a time; `retryAfter` says how long. */
  muted: { status: 403, message: "You may not write for the moment." },
  invite_needed: { status: 403, message: "New accounts need an invitation here." },
  /** The invitation is used up, expired, revoked, or never was one. */
  invite_invalid: { status: 403, message: "This invitation is not valid any more. Ask for a new one." },
  /** The link, or the question that a passkey answers, is not valid any more. */
  link_invalid: { status: 403, message: "This link is not valid any more." },
  /** The header `Origin` is missing, or names a page of another website. */
  foreign_origin: { status: 403, message: "This request came from another website." },
  registration_closed: { status: 403, message: "New accounts cannot be made here at the moment." },
  /** There is nothing at this address. */
  not_found: { status: 404, message: "There is nothing here." },
  /** Not a conversation of this user, whether it exists or not. */
  unknown_conversation: { status: 404, message: "There is no such conversation for you." },
  /** There is no session or passkey of one's own with this id. */
  unknown_device: { status: 404, message: "There is no such device." },
  /** There is no account of this id. */
  unknown_person: { status: 404, message: "There is no such person." },
  /** There is no report of this id. */
  unknown_report: { status: 404, message: "There is no such report." },
  /** There is no such message, or it is deleted. */
  unknown_message: { status: 404, message: "There is no such message." },
  /** The address exists, the method does not; the header `Allow` names those that do. */
  method_not_allowed: { status: 405, message: "That cannot be done here." },
  /** The other person of a private conversation has no account, or has none any more. */
  person_deleted: { status: 409, message: "This account was deleted; nothing more can be sent to it." },
  /** The other person of a private conversation is suspended or banned. */
  person_barred: {
    status: 409,
    message: "This account is locked; nothing can be sent to it at the moment.",
  },
  /** The room was put away: nothing in it is changed any more. */
  archived: { status: 409, message: "This room is archived. Nothing can be written in it." },
  /** Only those who look after the room write there. */
  read_only: { status: 403, message: "Only those who look after this room write here." },
  already_set_up: { status: 409, message: "This chat is set up already." },
  /** The server is still to be set up, by the link that its start has printed. */
  not_set_up: {
    status: 409,
    message: "This chat is not set up yet. Open the link that its start has printed.",
  },
  identity_taken: { status: 409, message: "That account at the provider opens another account here." },
  /** Nothing else would open the account. */
  last_way_in: { status: 409, message: "This is the only way into your account. Add another first." },
  owner_stays: { status: 409, message: "The owner's account cannot go. Hand the chat over first." },
  report_settled: { status: 409, message: "Somebody else has settled this report." },
  passkeys_need_name: {
    status: 409,
    message: "Passkeys need a host name. This page was opened at a bare address.",
  },
  too_many: { status: 409, message: "There are too many of these. Remove one first." },
  /** Someone has this user name or one that looks like it, or the name is reserved, such as "admin". */
  name_taken: { status: 409, message: "That username is taken." },
  /** This author has sent another message under this `clientId`. */
  client_id_reused: { status: 409, message: "This message id was used for another message." },
  /** The database was replaced: forget all messages and cursors, and load anew. */
  epoch_changed: { status: 409, message: "The server's history was replaced. Start over." },
  /** The password is too easy to guess; `message` says what to do. */
  password_weak: { status: 422, message: "That password is too easy to guess." },
  /** The request's body is above 16,384 bytes. */
  too_large: { status: 413, message: "That is too large." },
  /** The message is longer than this server takes. */
  message_too_large: { status: 413, message: "That message is too long." },
  unsupported_media_type: { status: 415, message: "Only application/json is understood." },
  /** Too fast; `retryAfter` says how long to wait. */
  rate_limited: { status: 429, message: "That was too fast. Please wait a moment." },
  /** The provider did not answer, or not rightly. */
  provider_failed: { status: 502, message: "The sign-in with this provider did not work. Please try again." },
  /** A bug; `message`, and over HTTP `id`, name the entry in the server's log. */
  internal: { status: 500, message: "Something went wrong on the server." },
  /** Too much is waiting already; try again. */
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
