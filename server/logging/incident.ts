/** Something that is no bug but that an operator should know: an interruption, or a refused attempt from outside. */
export class Incident extends Error {
  override readonly name = "Incident";
  /** Its name in the log. */
  readonly event: string;
  /** The network address it came from; null where it came from none. */
  readonly source: string | null;

  constructor(event: string, message: string, cause?: unknown, source: string | null = null) {
    super(message, { cause });
    this.event = event;
    this.source = source;
  }
}
