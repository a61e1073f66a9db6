import { beforeEach, describe, expect, test } from "bun:test";
import { deadlineMs, withDbErrors } from "../../../../server/store/postgres/db-errors.ts";
import { outcomeOf } from "../../../support/outcome.ts";
import { draft, logOf, settle } from "../conformance/ground.ts";
import { type Node, node } from "./nodes.ts";

const busy = { name: "Refusal", code: "busy", retryAfter: 1000 };
let a: Node;
beforeEach(async () => {
  a = await node("a");
  await settle(a.store, "alice");
});

/** Makes every insert of a message fail as PostgreSQL would, the first `times` times. */
const failWith = (code: string, times: number) =>
  a.db.sql.unsafe(`
    create sequence failures;
    create function fail() returns trigger language plpgsql as $$
    begin
      if nextval('failures') <= ${times} then raise exception 'as planned' using errcode = '${code}'; end if;
      return new;
    end $$;
    create trigger fail before insert on chat_messages for each row execute function fail()`);

describe("a call is busy", () => {
  test("when it gets no answer within its deadline, and what comes later harms nobody", async () => {
    const began = performance.now();
    const { promise, reject } = Promise.withResolvers<never>();
    expect(await withDbErrors(() => promise, 50).catch((error) => error)).toMatchObject(busy);
    expect(performance.now() - began).toBeWithin(45, 1000);
    reject(new Error("too late to matter"));
  });

  test("when its statement waits for a lock; PostgreSQL then gives up on it too", async () => {
    let appending: Promise<unknown> | undefined;
    const began = performance.now();
    await a.db.sql.begin(async (holder) => {
      await holder`lock table chat_messages in exclusive mode`;
      appending = a.store.messages.append([draft("late")]).catch((error) => error);
      expect(await appending).toMatchObject(busy);
      await holder`select pg_sleep(0.3)`;
    });
    expect(performance.now() - began).toBeWithin(deadlineMs - 50, deadlineMs + 1500);
    expect(await logOf(a.store)).toEqual([]);
  });

  test("when its connection is ended, and goes through on another one afterwards", async () => {
    const asleep = withDbErrors(() => a.db.sql`select pg_sleep(2)`).catch((error) => error);
    await a.db.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`;
    expect(await asleep).toMatchObject(busy);
    expect((await a.store.messages.append([draft("after")]))[0]?.kind).toBe("stored");
  });

  test("when PostgreSQL says that it is stopping", async () => {
    await failWith("57P01", 1);
    expect(await a.store.messages.append([draft("x")]).catch((error) => error)).toMatchObject(busy);
    expect((await a.store.messages.append([draft("x")]))[0]?.kind).toBe("stored");
  });
});

test("a full disk is a refusal, and nothing was stored", async () => {
  await failWith("53100", 1);
  const sent = a.store.messages.append([draft("x")]);
  expect(await sent.catch((error) => error)).toMatchObject({ code: "storage_full", retryAfter: 5000 });
  expect(await logOf(a.store)).toEqual([]);
});

for (const code of ["40001", "40P01"]) {
  test(`who lost against another transaction (${code}) tries again, and is busy after five times`, async () => {
    await failWith(code, 4);
    expect((await a.store.messages.append([draft("x")]))[0]?.kind).toBe("stored");
    await a.db.sql`alter sequence failures minvalue -1000 restart -1000`;
    expect(await a.store.messages.append([draft("y")]).catch((error) => error)).toMatchObject(busy);
  });
}

test("any other failure stays what it is", async () => {
  await failWith("22012", 1);
  expect(await a.store.messages.append([draft("x")]).catch((error) => error)).toMatchObject({
    name: "PostgresError",
    errno: "22012",
  });
  expect(await outcomeOf(withDbErrors(async () => Promise.reject(new TypeError("a bug"))))).toThrow(
    TypeError,
  );
});
