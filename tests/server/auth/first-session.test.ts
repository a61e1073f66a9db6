import { expect, test } from "bun:test";
import { outcomeOf } from "../../support/outcome.ts";
import { Person } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const { server, contents } = stage();

test("ASVS 2.3.3 an account comes with its first session, or not at all", async () => {
  const before = contents();
  server.db.$client.run(
    "create trigger no_session before insert on sessions begin select raise(abort, 'no session today'); end",
  );
  expect(await outcomeOf(new Person(server, "bob").register())).toThrow("could not register");
  expect(server.bugs.splice(0)).toHaveLength(1);
  expect(contents()).toEqual(before);
  server.db.$client.run("drop trigger no_session");
  await new Person(server, "alice").register();
});
