import type { Store } from "../store/store.ts";
import type { NewAuditEntry } from "../store/transaction.ts";
import { watchedStore } from "../store/watched-store.ts";

/**
 * The store, handing each act to the security log once it is taken: after the transaction, and not where nothing was changed,
 * as the audit log has it.
 */
export const loggedStore = (store: Store, write: (entry: NewAuditEntry) => void): Store =>
  watchedStore(store, (method, given, done) => {
    const entry = given.map(entryIn).find((found) => found !== undefined);
    if (entry === undefined) return done;
    return done.then((result) => {
      if (changed(result)) write(completed(entry, method, result));
      return result;
    });
  });

/** The act that is given, by itself or among what comes with a new account. */
function entryIn(given: unknown): NewAuditEntry | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  if ("event" in given && "actorId" in given) return given as NewAuditEntry;
  return "entry" in given ? entryIn(given.entry) : undefined;
}

/** A method that has changed nothing says so by what it gives. */
const changed = (result: unknown): boolean => result !== false && result !== null && result !== 0;

/** The act with what the store has written down besides: the id of what came into being. */
function completed(entry: NewAuditEntry, method: string, result: unknown): NewAuditEntry {
  const { id } = (typeof result === "object" ? result : {}) as { id?: number };
  if (id === undefined) return entry;
  if (method === "users.create") return { ...entry, actorId: id, subjectId: id };
  return method === "invites.create" ? { ...entry, detail: { ...entry.detail, invite: id } } : entry;
}
