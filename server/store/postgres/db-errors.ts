import { Refusal } from "../../refusal.ts";
import { codesOf, violates, withoutData } from "./failures.ts";

/** How long a call waits for PostgreSQL. One that the network was cut off from says nothing by itself. */
export const deadlineMs = 2_500;
const tries = 5;

const full = /^53100$/;
/** No connection or none left; a server that stops, starts, or may only be read; what it has waited for too long. */
const busy =
  /^(ERR_POSTGRES_(CONNECTION|IDLE|LIFETIME)_\w+|08\w{3}|57P0\d|57014|53300|55P03|25P0[34]|25006)$/;
/** Two transactions were in each other's way, and this one gave up. */
const race = /^(40001|40P01)$/;

/**
 * Runs a call to the database. Refuses as `busy` when there is no connection, or no answer within the deadline: then what
 * was asked for may still get done. Refuses as `storage_full` when the disk is full. Whoever lost a race tries again.
 * Of any other failure it throws what may be logged.
 */
export async function withDbErrors<T>(work: () => Promise<T>, ms: number = deadlineMs): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    reject(new Refusal("busy", { retryAfter: 1000 }));
  }, ms);
  try {
    return await Promise.race([repeated(work, () => isLate), late]);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const codes = codesOf(error);
    if (codes.some((code) => full.test(code))) throw new Refusal("storage_full", { retryAfter: 5000 });
    if (codes.some((code) => busy.test(code) || race.test(code)))
      throw new Refusal("busy", { retryAfter: 1000 });
    throw withoutData(error);
  } finally {
    clearTimeout(timer);
  }
}

async function repeated<T>(work: () => Promise<T>, isLate: () => boolean): Promise<T> {
  for (let left = tries; ; left--) {
    try {
      return await work();
    } catch (error) {
      // The same message under its key was stored by another node at this moment: the next try will see it.
      const lost = violates(error, "messages_once") || codesOf(error).some((code) => race.test(code));
      if (!lost || left === 1 || isLate()) throw error;
    }
  }
}
