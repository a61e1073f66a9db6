import { Refused } from "../transport/refused.ts";

type Faults = Record<string, string | undefined>;

/** The state of a form: whether it is being sent, and what was wrong with it. */
export class Submission {
  #busy = $state(false);
  #faults = $state.raw<Faults>({});
  #general = $state<string | null>(null);

  get busy(): boolean {
    return this.#busy;
  }

  /** What is wrong with the form as a whole. */
  get general(): string | null {
    return this.#general;
  }

  /** What is wrong with a field. */
  at(field: string): string | undefined {
    return this.#faults[field];
  }

  /** Sends, unless something is already known to be wrong or on its way; says whether it was granted. */
  async run(send: () => Promise<unknown>, faults: Faults = {}): Promise<boolean> {
    if (this.#busy) return false;
    this.#faults = faults;
    this.#general = null;
    if (Object.values(faults).some(Boolean)) return false;
    this.#busy = true;
    try {
      await send();
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#refused(error);
      return false;
    } finally {
      this.#busy = false;
    }
  }

  #refused({ field, message, retryAfter }: Refused): void {
    const seconds = Math.ceil((retryAfter ?? 0) / 1000);
    const text = seconds > 1 ? `${message} Try again in ${seconds} seconds.` : message;
    if (field) this.#faults = { [field]: text };
    else this.#general = text;
  }
}
