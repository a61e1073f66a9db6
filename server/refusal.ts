import { type ErrorCode, errorCodes } from "./protocol/errors.ts";

interface Details {
  /** Milliseconds after which the same request may succeed. */
  retryAfter?: number;
  /** The field at fault. */
  field?: string;
  /** A sentence more exact than the code's own. */
  message?: string;
}

/** A broken rule. The two edges (routes, dispatch) turn it into an answer; nothing has changed when it is thrown. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: ErrorCode;
  readonly retryAfter: number | undefined;
  readonly field: string | undefined;

  constructor(code: ErrorCode, details: Details = {}) {
    super(details.message ?? errorCodes[code].message);
    this.code = code;
    this.retryAfter = details.retryAfter;
    this.field = details.field;
  }
}

/** What was refused, to whom, and where. */
export interface Refused {
  /** A session without its key is answered as none, and told apart here alone. */
  code: ErrorCode | "wrong_session_key";
  /** The network address it came from; null where it is not known. */
  source: string | null;
  /** The id of who asked, where they are signed in. */
  actor: number | null;
  /** The id of whose session it was that came without its key. */
  subject?: number;
  /** The method and path of a request, or the type of a command. */
  asked: string;
}
