import type { ErrorBody, ErrorCode } from "../../server/protocol/errors.ts";

/** A request that was not granted: the server's code and sentence, or `unreachable` when no answer came at all. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: ErrorCode | "unreachable";
  /** The field of the form that is at fault. */
  readonly field: string | undefined;
  /** Milliseconds after which the same request may succeed. */
  readonly retryAfter: number | undefined;

  constructor(error: Omit<ErrorBody["error"], "code"> & { code: ErrorCode | "unreachable" }) {
    super(error.message);
    this.code = error.code;
    this.field = error.field;
    this.retryAfter = error.retryAfter;
  }
}

const unreachable = {
  code: "unreachable",
  message: "The server does not answer. Check your connection and try again.",
} as const;

/** The refusal in an unsuccessful answer. An answer that is not ours, such as a proxy's page, counts as none. */
export async function refusalOf(response: Response): Promise<Refused> {
  const body: unknown = await response.json().catch(() => null);
  const error = (body as Partial<ErrorBody> | null)?.error;
  return new Refused(typeof error?.message === "string" ? error : unreachable);
}

export const notReached = (): Refused => new Refused(unreachable);
