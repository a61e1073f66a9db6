import type { Role } from "../../server/protocol/roles.ts";
import type { Store } from "../../server/store/store.ts";
import type { NewAuditEntry } from "../../server/store/transaction.ts";
import { database } from "./database.ts";
import { Person } from "./person.ts";
import { startServer, type TestServer, type TestServerOptions } from "./server.ts";

const entry: NewAuditEntry = {
  at: Date.now(),
  event: "person.role changed",
  actorId: null,
  subjectId: null,
  address: null,
  detail: {},
};

/** A server whose people have these roles, in the order of their ids, all with a session. */
export interface Village {
  server: TestServer;
  base: ReturnType<typeof database>;
  people: Record<string, Person>;
}

/**
 * Registers people and gives them roles, as if their owner had done so long ago: the server that is given has been started
 * after that, so that it knows them.
 */
export async function village(
  roles: Record<string, Role>,
  options: TestServerOptions = {},
): Promise<Village> {
  const base = database();
  const before = await startServer({ ...options, store: base.store });
  const people: Record<string, Person> = {};
  for (const name of Object.keys(roles)) people[name] = await new Person(before, name).register();
  await settleRoles(base.store, Object.values(roles));
  await before.app.drain();
  await before.server.stop(true);
  const server = await startServer({ ...options, store: base.store });
  for (const person of Object.values(people)) person.moveTo(server);
  return { server, base, people };
}

/** Gives the first people of a store these roles. */
export async function settleRoles(store: Pick<Store, "users">, roles: readonly Role[]): Promise<void> {
  for (const [at, role] of roles.entries()) await store.users.setRole(at + 1, role, entry);
}
