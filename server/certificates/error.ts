/** A certificate cannot be used. The message says what is wrong and what to do, and is all that a person needs to see. */
export class CertificateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CertificateError";
  }
}
