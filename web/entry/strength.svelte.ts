import { type Judged, levelNames, tooFew, type Verdict } from "../../server/protocol/strength.ts";
import { browserSystem, type System } from "../transport/system.ts";

/** What is shown of a password to be. */
export interface Reading {
  /** One of five steps; null where it cannot be told. */
  level: Verdict["level"] | null;
  /** What the step is called. */
  name: string;
  enough: boolean;
  /** The one thing to do next. */
  advice: string;
}

/** Judges passwords, one after the other. */
export interface StrengthThread {
  judge(judged: Judged): Promise<Verdict>;
  close(): void;
}

/** So long after the last key it is judged: nobody wants to hear about every letter. */
const pauseMs = 300;

/** How strong the password is that is being typed. Whether it is taken is for the server to say. */
export class Strength {
  readonly #start: () => Promise<StrengthThread>;
  readonly #after: System["after"];
  #reading = $state.raw<Reading | null>(null);
  #thread: Promise<StrengthThread> | null = null;
  #cancel = () => {};
  /** Counts what was typed: an answer about something before is of no interest. */
  #typed = 0;

  constructor(start = startLater, after = browserSystem.after) {
    this.#start = start;
    this.#after = after;
  }

  /** Null while there is nothing to judge. */
  get reading(): Reading | null {
    return this.#reading;
  }

  /** Takes the password as it is now, and the names that somebody who guesses it knows. */
  read(password: string, names: readonly string[]): void {
    this.#cancel();
    const typed = ++this.#typed;
    if (password === "") {
      this.#reading = null;
      return;
    }
    // The pause is used for loading.
    this.#thread ??= this.#start();
    const thread = this.#thread;
    thread.catch(() => {}); // Told below.
    this.#cancel = this.#after(pauseMs, async () => {
      const reading = await read({ password, names: [...names] }, thread);
      if (typed === this.#typed) this.#reading = reading;
    });
  }

  /** Lets go of the thread and its dictionaries. */
  close(): void {
    this.#cancel();
    this.#typed++;
    this.#thread?.then(
      (thread) => thread.close(),
      () => {}, // There is none.
    );
    this.#thread = null;
  }
}

/** Loads what judges only when somebody chooses a password: it is larger than the rest of the client. */
const startLater = async (): Promise<StrengthThread> => (await import("./strength-thread.ts")).startThread();

async function read(judged: Judged, thread: Promise<StrengthThread>): Promise<Reading> {
  try {
    const verdict = tooFew(judged.password) ?? (await (await thread).judge(judged));
    return { ...verdict, name: levelNames[verdict.level] };
  } catch {
    return unknown;
  }
}

const unknown: Reading = {
  level: null,
  name: "",
  enough: false,
  advice: "How strong it is cannot be told here. You hear of it when you send the form.",
};
