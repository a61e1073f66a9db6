import { expect, test } from "bun:test";
import { contentsOf, database } from "../../support/database.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { Person } from "../../support/person.ts";
import { startServer } from "../../support/server.ts";

test("ASVS 2.3.3 an account comes with its first session, or not at all", async () => {
  const { db, store } = database();
  const server = await startServer({ store });
  const before = contentsOf(db);
  db.$client.run(
    "create trigger no_session before insert on sessions begin select raise(abort, 'no session today'); end",
  );
  expect(await outcomeOf(new Person(server, "bob").register())).toThrow("could not register");
  expect(server.bugs).toHaveLength(1);
  expect(contentsOf(db)).toEqual(before);
  db.$client.run("drop trigger no_session");
  await new Person(server, "alice").register();
  await server.stop();
});
