import type { Store } from "../db/store.ts";
import { Refusal } from "../refusal.ts";
import type { System } from "../system.ts";
import type { CommitLoop } from "./commit-loop.ts";

export interface ErasureDeps {
  users: Pick<Store["users"], "erasing" | "erased">;
  messages: Pick<Store["messages"], "removeOf" | "hasTraces" | "scrub">;
  commits: Pick<CommitLoop, "change">;
  system: System;
  report(error: unknown): void;
}

/** Few enough that what is being sent meanwhile hardly waits. */
const batch = 200;
/**
 * Clearing out may keep everybody from writing for seconds. So that nobody makes it go on and on, by one new account after the
 * other, accounts that are deleted soon after are cleared out together, by a later call.
 */
const restMs = 5 * 60_000;

/** What is to be forgotten, and is. */
export interface Erasure {
  /** Begins, or sees to it that what came to be done since is done too; what a crash interrupts goes on with the next call. */
  run(): Promise<void>;
}

/**
 * Removes the messages of deleted accounts whose people wished so, a few at a time between what is being sent, and clears
 * what was deleted out of the database's files.
 */
export function erasure({ users, messages, commits, system, report }: ErasureDeps): Erasure {
  let running: Promise<void> | null = null;
  let isAskedAgain = false;
  let scrubbedAt = Number.NEGATIVE_INFINITY;

  async function eraseAll() {
    const ids = await users.erasing();
    for (const id of ids)
      while ((await commits.change(() => messages.removeOf(id, system.now(), batch))).length > 0);
    const isDue = ids.length > 0 || (await messages.hasTraces());
    if (!isDue || system.now() - scrubbedAt < restMs) return;
    await messages.scrub();
    scrubbedAt = system.now();
    for (const id of ids) await users.erased(id);
  }

  async function run() {
    do {
      isAskedAgain = false;
      try {
        await eraseAll();
      } catch (error) {
        // A database that is full or cannot be reached is no bug; the next call goes on.
        if (!(error instanceof Refusal)) report(error);
      }
    } while (isAskedAgain);
    running = null;
  }

  return {
    run() {
      isAskedAgain = true;
      running ??= run();
      return running;
    },
  };
}
