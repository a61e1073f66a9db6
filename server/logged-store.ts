import type { Act } from "./db/kept/audit.ts";
import type { Store } from "./db/store.ts";
import { watchedStore } from "./watched-store.ts";

/**
 * The store, handing each act to the security log once it is taken: after the transaction, and not where nothing was changed,
 * as the audit log has it.
 */
export const loggedStore = (store: Store, write: (act: Act) => void): Store =>
  watchedStore(store, (method, given, done) => {
    const act = given.map(actIn).find((found) => found !== undefined);
    if (act === undefined) return done;
    return done.then((result) => {
      if (changed(result)) write(completed(act, method, result));
      return result;
    });
  });

/** The act that is given, by itself or among what comes with a new account. */
function actIn(given: unknown): Act | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  if ("event" in given && "actorId" in given) return given as Act;
  return "act" in given ? actIn(given.act) : undefined;
}

/** A method that has changed nothing says so by what it gives. */
const changed = (result: unknown): boolean => result !== false && result !== null && result !== 0;

/** The act with what the store has written down besides: the id of what came into being. */
function completed(act: Act, method: string, result: unknown): Act {
  const { id } = (typeof result === "object" ? result : {}) as { id?: number };
  if (id === undefined) return act;
  if (method === "users.create") return { ...act, actorId: id, subjectId: id };
  return method === "invites.create" ? { ...act, detail: { ...act.detail, invite: id } } : act;
}
