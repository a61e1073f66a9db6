import { type Judged, levelNames, tooFew, type Verdict } from "../../server/protocol/strength.ts";
import { browserSystem, type System } from "../transport/system.ts";

/** The estimate of a new password, as it is shown. */
export interface Reading {
  /** One of five steps; null where it is unknown. */
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

/** The pause after the last key, so that screen readers do not announce each letter. */
const pauseMs = 300;

/** Estimates the strength of a password as it is typed. The server decides whether to accept it. */
export class Strength {
  readonly #start: () => Promise<StrengthThread>;
  readonly #after: System["after"];
  #reading = $state.raw<Reading | null>(null);
  #thread: Promise<StrengthThread> | null = null;
  #cancel = () => {};
  /** Counts the changes of the text, so that the estimate of a former text is ignored. */
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
    // The estimator is loaded during the pause.
    this.#thread ??= this.#start();
    const thread = this.#thread;
    thread.catch(() => {}); // `read` handles it.
    this.#cancel = this.#after(pauseMs, async () => {
      const reading = await read({ password, names: [...names] }, thread);
      if (typed === this.#typed) this.#reading = reading;
    });
  }

  /** Ends the thread and frees its dictionaries. */
  close(): void {
    this.#cancel();
    this.#typed++;
    this.#thread?.then(
      (thread) => thread.close(),
      () => {}, // The thread could not be loaded.
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
