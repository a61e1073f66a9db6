import { limits } from "../../server/protocol/limits.ts";

/** How many unread messages of one sort there are: those that the server counted, and those that came after. */
export class Tally {
  #counted = $state(0);
  #newer = $state.raw<readonly number[]>([]);

  get count(): number {
    return Math.min(this.#counted + this.#newer.length, limits.unreadMax);
  }

  /** Takes the server's count, made when the conversation stood at `head`. */
  begin(counted: number, head: number): void {
    this.#counted = counted;
    this.#newer = this.#newer.filter((seq) => seq > head);
  }

  /** A message that comes twice is still one. */
  add(seq: number): void {
    if (!this.#newer.includes(seq) && this.count < limits.unreadMax) this.#newer = [...this.#newer, seq];
  }

  drop(seq: number): void {
    this.#newer = this.#newer.filter((newer) => newer !== seq);
  }

  /** One of those that the server counted is gone. Its count stays at its bound, where it means "at least". */
  discount(): void {
    if (this.#counted < limits.unreadMax) this.#counted = Math.max(0, this.#counted - 1);
  }
}
