import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { like } from "drizzle-orm";
import { postgresEngine } from "../../../server/store/postgres/engine.ts";
import { sqliteEngine } from "../../../server/store/sqlite/engine.ts";
import { openDatabase } from "../../../server/store/sqlite/open.ts";
import {
  bind,
  type Committed,
  done,
  type Engine,
  type Orm,
  type Reading,
  rows,
  statement,
  transaction,
} from "../../../server/store/transaction.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { entryOf } from "./conformance/ground.ts";
import { node } from "./postgres/nodes.ts";

/** An engine on a fresh database, and another connection to that. */
interface Ground {
  engine: Engine;
  other: Orm;
}

const committed: Committed[] = [];
const follow = (outcome: Committed) => void committed.push(outcome);
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
  committed.length = 0;
});

async function sqlite(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), "secure-chat-transaction-"));
  const [db, other] = [openDatabase(join(folder, "chat.db")), openDatabase(join(folder, "chat.db"))];
  closing.push(
    () => db.close(),
    () => other.close(),
    () => rmSync(folder, { recursive: true }),
  );
  return { engine: sqliteEngine(db, follow), other: other as unknown as Orm };
}

async function postgres() {
  const { db, ...named } = await node("a");
  return { ...named, db, engine: postgresEngine(db, { origin: "a", now: () => 1 }, follow), other: db.orm };
}

const add = ({ db, t }: Reading, key: string) => db.insert(t.meta).values({ key: `test ${key}`, value: "" });
const kept = ({ db, t }: Reading) =>
  db.select({ key: t.meta.key }).from(t.meta).where(like(t.meta.key, "test %")).orderBy(t.meta.key);
const keysIn = ({ engine }: Ground) =>
  bind(engine, {
    keys: statement(function* (reading) {
      return (yield* rows(kept(reading))).map(({ key }) => key.slice("test ".length));
    }),
  }).keys();

const grounds: [kind: string, open: () => Promise<Ground>][] = [
  ["SQLite", sqlite],
  ["PostgreSQL", postgres],
];
describe.each(grounds)("a transaction on %s", (_, open) => {
  /** Runs it where it has to fail; says why it did, and what is kept. */
  async function failing(ground: Ground, work: Parameters<typeof transaction<[], void>>[0]) {
    const outcome = await outcomeOf(bind(ground.engine, { it: transaction(work) }).it());
    expect(committed).toEqual([]);
    expect(await keysIn(ground)).toEqual([]);
    return outcome;
  }

  test("takes no statement of another connection, which would stay whatever becomes of this one", async () => {
    const ground = await open();
    const failed = await failing(ground, function* (tx) {
      yield* done(add(tx, "one"));
      tx.emit({ kind: "person.deleted", id: 1 });
      yield* done(add({ ...tx, db: ground.other }, "two"));
    });
    expect(failed).toThrow("does not belong to the transaction");
  });

  test("takes no promise but a statement: neither by its type nor when it runs", async () => {
    const failed = await failing(await open(), function* (tx) {
      yield* done(add(tx, "one"));
      // @ts-expect-error
      yield* done(Promise.resolve([]));
    });
    expect(failed).toThrow("does not belong to the transaction");
  });

  test("ends with the first statement that fails: the work cannot catch that and go on", async () => {
    let caught = false;
    const failed = await failing(await open(), function* (tx) {
      yield* tx.audit(entryOf("session.began"));
      yield* done(add(tx, "one"));
      try {
        yield* done(add(tx, "one"));
      } catch {
        caught = true;
      }
      yield* done(add(tx, "two"));
    });
    expect(failed).toThrow();
    expect(caught).toBe(false);
  });

  test("is what two statements need: one alone is refused the second", async () => {
    const ground = await open();
    const { both } = bind(ground.engine, {
      both: statement(function* (reading) {
        yield* done(add(reading, "one"));
        yield* done(add(reading, "two"));
      }),
    });
    expect(await outcomeOf(both())).toThrow("more than one statement");
    expect(await keysIn(ground)).toEqual(["one"]);
  });
});

test("ASVS 15.4.2 a transaction that lost against another on PostgreSQL begins anew, with nothing of the former try", async () => {
  const there = await postgres();
  await there.db.sql.unsafe(`
    create sequence tries;
    create function lose() returns trigger language plpgsql as $$
    begin
      if nextval('tries') <= 2 then raise exception 'as planned' using errcode = '40001'; end if;
      return new;
    end $$;
    create trigger lose before insert on audit for each row execute function lose()`);
  const [event, entry] = [{ kind: "person.deleted", id: 1 } as const, entryOf("session.began")];
  let begun = 0;
  const { it } = bind(there.engine, {
    it: transaction(function* (tx, key: string) {
      begun++;
      tx.emit(event);
      yield* done(add(tx, key));
      yield* tx.audit(entry);
      return key;
    }),
  });
  expect(await it("one")).toBe("one");
  expect(begun).toBe(3);
  expect(committed).toEqual([{ events: [event], entries: [entry] }]);
  expect(await there.db.sql`select notice as event from notices`).toEqual([{ event }] as never);
  expect(await keysIn(there)).toEqual(["one"]);
});
