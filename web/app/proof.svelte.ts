import { Refused } from "../transport/refused.ts";

interface Asked {
  given(): void;
  dismissed(reason: unknown): void;
}

/** Asks for a fresh proof where the server needs one for a request. */
export class Proof {
  #asked = $state.raw<Asked | null>(null);

  /** Whether somebody is being asked. */
  get isAsked(): boolean {
    return this.#asked !== null;
  }

  /** Runs a request. Where the server needs a fresh proof, runs it again once that was given; dismissed, it is refused. */
  async run<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "proof_needed") throw error;
      await this.#ask(error);
      return run();
    }
  }

  /** The server has taken a proof. */
  given(): void {
    this.#asked?.given();
    this.#asked = null;
  }

  /** The person closed the dialog. */
  dismiss(): void {
    this.#asked?.dismissed(null);
    this.#asked = null;
  }

  #ask(refused: Refused): Promise<void> {
    this.dismiss();
    return new Promise((resolve, reject) => {
      this.#asked = { given: resolve, dismissed: () => reject(refused) };
    });
  }
}
