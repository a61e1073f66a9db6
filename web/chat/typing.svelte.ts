import { limits } from "../../server/protocol/limits.ts";

export interface TypingDeps {
  me: number;
  /** Tells the others that this person is writing, or writes no more. */
  tell(isTyping: boolean): void;
  after(ms: number, run: () => void): () => void;
}

/** How often the others are told that somebody goes on writing: twice before they would forget it. */
const tellEvery = limits.typingMs / 2;
/** For how long nothing more is said to screen readers of who is writing. */
const quiet = 30_000;

/** Who is writing in a conversation just now, and that oneself is. */
export class Typing {
  readonly #deps: TypingDeps;
  #people = $state.raw<readonly number[]>([]);
  #announced = $state<number | null>(null);
  #forget = new Map<number, () => void>();
  /** Whether the others were told, and not of the end yet. */
  #isTold = false;
  #mayTell = () => {};
  #resting = false;

  constructor(deps: TypingDeps) {
    this.#deps = deps;
  }

  /** Who else is writing, whoever began first. */
  get people(): readonly number[] {
    return this.#people;
  }

  /** The person of whom screen readers are told: not of each who comes and goes, but of one now and then. */
  get announced(): number | null {
    return this.#announced;
  }

  /** Somebody is writing, or goes on. */
  began(person: number): void {
    if (person === this.#deps.me) return;
    this.#forget.get(person)?.();
    this.#forget.set(
      person,
      this.#deps.after(limits.typingMs, () => this.ended(person)),
    );
    if (!this.#people.includes(person)) this.#people = [...this.#people, person];
    if (this.#announced !== null) return;
    this.#announced = person;
    this.#deps.after(quiet, () => {
      this.#announced = null;
    });
  }

  /** Somebody writes no more, or what they wrote has come. */
  ended(person: number): void {
    this.#forget.get(person)?.();
    this.#forget.delete(person);
    if (this.#people.includes(person)) this.#people = this.#people.filter((one) => one !== person);
  }

  /** This person is writing. */
  begin(): void {
    this.#isTold = true;
    if (this.#resting) return;
    this.#deps.tell(true);
    this.#resting = true;
    this.#mayTell = this.#deps.after(tellEvery, () => {
      this.#resting = false;
    });
  }

  /** This person writes no more, and has sent nothing. */
  end(): void {
    if (this.#isTold) this.#deps.tell(false);
    this.sent();
  }

  /** What this person wrote is on its way, and tells the others that it is written. */
  sent(): void {
    this.#isTold = this.#resting = false;
    this.#mayTell();
  }
}
