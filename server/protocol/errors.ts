/** Every refusal there is: its stable code, its HTTP status, and a sentence that a person understands. */
export const errorCodes = {
  malformed: { status: 400, message: "That was not valid JSON." },
  invalid: { status: 400, message: "That request is not valid." },
  unknown_command: { status: 400, message: "There is no such command." },
  not_signed_in: { status: 401, message: "Please log in." },
  wrong_credentials: { status: 401, message: "That user name and password do not match." },
  wrong_password: { status: 403, message: "That is not your current password." },
  foreign_origin: { status: 403, message: "This request came from another website." },
  registration_closed: { status: 403, message: "New accounts cannot be made here at the moment." },
  not_found: { status: 404, message: "There is nothing here." },
  unknown_conversation: { status: 404, message: "There is no such conversation for you." },
  method_not_allowed: { status: 405, message: "That cannot be done here." },
  person_deleted: { status: 409, message: "This account was deleted; nothing more can be sent to it." },
  name_taken: { status: 409, message: "That user name is taken." },
  client_id_reused: { status: 409, message: "This message id was used for another message." },
  epoch_changed: { status: 409, message: "The server's history was replaced. Start over." },
  too_large: { status: 413, message: "That is too large." },
  message_too_large: { status: 413, message: "That message is too long." },
  unsupported_media_type: { status: 415, message: "Only application/json is understood." },
  rate_limited: { status: 429, message: "That was too fast. Please wait a moment." },
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
