import { Incident } from "../logging/incident.ts";
import { inMegabytes } from "../protocol/sizes.ts";
import type { ClearingWait } from "../protocol/storage.ts";
import { Refusal } from "../refusal.ts";
import type { MissingRoom } from "../store/disk.ts";
import { firstPlace, type Place } from "../store/reactions.ts";
import type { Store } from "../store/store.ts";
import type { System } from "../system.ts";
import type { CommitLoop } from "./commit-loop.ts";

export interface ErasureDeps {
  users: Pick<Store["users"], "erasing" | "erased">;
  messages: Pick<Store["messages"], "removeOf" | "removeReactionsOf" | "isVacuumPending" | "vacuum">;
  commits: Pick<CommitLoop, "change">;
  system: System;
  report(error: unknown): void;
}

/** How many messages are removed at once: few enough that messages sent meanwhile hardly wait. */
const batch = 200;
/**
 * A vacuum may keep everybody from writing for seconds. The next one waits for this time, so that nobody can cause one after
 * the other by making and deleting accounts. It is less than the time between two calls, so that each finds the last one over:
 * what was edited or deleted is gone after five minutes, many texts by one vacuum.
 */
const restMs = 4 * 60_000;
/** How soon a database that was busy is tried again: most of what holds it up is over at once. */
const busyMs = 5_000;
/** For how long a database that is busy, such as with a backup, may delay a vacuum before the operator is told. */
const quietMs = 60 * 60_000;

/** Erases what people wished gone with their accounts. */
export interface Erasure {
  /** Starts a run, or makes the present one look again for new work. What a crash interrupted goes on with the next call. */
  run(): Promise<void>;
  /** Since when a vacuum waits, and how much room it lacks; null unless the operator was told that it waits. */
  readonly waiting: ClearingWait | null;
}

/**
 * Removes the messages and reactions of deleted accounts whose people wished so, a few at a time between messages that are sent, and vacuums
 * deleted text out of the database's files. What cannot be done now is tried again with each call, and the operator is told.
 */
export function erasure({ users, messages, commits, system, report }: ErasureDeps): Erasure {
  let running: Promise<void> | null = null;
  let isAskedAgain = false;
  let vacuumedAt = Number.NEGATIVE_INFINITY;
  let waiting: ClearingWait | null = null;
  let isTold = false;
  /** Whether there was work to do when the database last answered. */
  let isDue = false;
  let cancel = () => {};

  async function eraseAll() {
    const ids = await users.erasing();
    isDue ||= ids.length > 0;
    for (const id of ids) {
      while ((await commits.change(() => messages.removeOf(id, system.now(), batch))).length > 0);
      await takeBackReactions(id);
    }
    isDue = ids.length > 0 || (await messages.isVacuumPending());
    if (!isDue) return goesOn();
    if (system.now() - vacuumedAt < restMs) return;
    const missing = await messages.vacuum();
    if (missing) return waits(missing);
    vacuumedAt = system.now();
    for (const id of ids) await users.erased(id);
    goesOn();
  }

  async function takeBackReactions(id: number) {
    for (let after: Place | null = firstPlace; after !== null; ) {
      const from: Place = after;
      await commits.change(async () => {
        const { changed, next } = await messages.removeReactionsOf(id, from, batch);
        after = next;
        return changed;
      });
    }
  }

  function waits(missing: MissingRoom | null) {
    const { since } = waiting ?? { since: system.now() };
    waiting = { since, needed: missing?.needed ?? null, free: missing?.free ?? null };
    if (isTold || (missing === null && system.now() - since < quietMs)) return;
    isTold = true;
    report(new Incident("clearing_waits", `${still} ${missing ? wantOfRoom(missing) : takenUp}`));
  }

  function goesOn() {
    waiting = null;
    if (!isTold) return;
    isTold = false;
    report(
      new Incident("clearing_done", "What was deleted is cleared out of the files of the database now."),
    );
  }

  async function run() {
    do {
      isAskedAgain = false;
      try {
        await eraseAll();
      } catch (error) {
        // A database that is full, busy or out of reach is no bug; the next call goes on.
        if (!(error instanceof Refusal)) report(error);
        else if (isDue) {
          waits(null);
          cancel();
          cancel = system.after(busyMs, start);
        }
      }
    } while (isAskedAgain);
    running = null;
  }

  function start(): Promise<void> {
    isAskedAgain = true;
    running ??= run();
    return running;
  }

  return {
    run: start,
    get waiting() {
      return isTold ? waiting : null;
    },
  };
}

const still = "What was deleted is still in the files of the database.";
const wantOfRoom = ({ needed, free, folder }: MissingRoom) =>
  `To clear it out takes ${inMegabytes(needed, Math.ceil)} of free room in ${folder}, where ${inMegabytes(free)} are. It is done by itself once there is room.`;
const takenUp =
  "For an hour it could not be cleared out, since the database is full, cannot be reached, or is being read from outside, as by a backup. It is tried again every five minutes.";
