/** Something that an operator should read of and that is no bug: an interruption, or something from outside that was refused. */
export class Incident extends Error {
  override readonly name = "Incident";
  /** What it is called in the log. */
  readonly event: string;
  /** The network address it came from; null where it came from none. */
  readonly source: string | null;

  constructor(event: string, message: string, cause?: unknown, source: string | null = null) {
    super(message, { cause });
    this.event = event;
    this.source = source;
  }
}
