import type { Store } from "../db/store.ts";
import { Refusal } from "../refusal.ts";
import type { System } from "../system.ts";
import type { CommitLoop } from "./commit-loop.ts";

export interface ErasureDeps {
  users: Pick<Store["users"], "erasing" | "erased">;
  messages: Pick<Store["messages"], "removeOf" | "scrub">;
  commits: Pick<CommitLoop, "change">;
  system: System;
  report(error: unknown): void;
}

/** Few enough that what is being sent meanwhile hardly waits. */
const batch = 200;

/**
 * Removes the messages of deleted accounts whose people wished so, a few at a time between what is being sent, and then
 * clears them out of the database's files. Gives the function that begins it, or sees to it that what came to be done since
 * is done too; what a crash interrupts goes on with the next call.
 */
export function erasure({ users, messages, commits, system, report }: ErasureDeps): () => Promise<void> {
  let running: Promise<void> | null = null;
  let isAskedAgain = false;

  async function eraseAll() {
    for (const id of await users.erasing()) {
      while ((await commits.change(() => messages.removeOf(id, system.now(), batch))).length > 0);
      await messages.scrub();
      await users.erased(id);
    }
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

  return () => {
    isAskedAgain = true;
    running ??= run();
    return running;
  };
}
