import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { type Clock, clock } from "../../../support/clock.ts";
import { outcome } from "../../../support/outcome.ts";
import { Person } from "../../../support/person.ts";
import type { TestServer } from "../../../support/server.ts";
import { erased, found, type Ground, ground, nowhere, open, remove, saidByCarla, secret } from "./ground.ts";

setDefaultTimeout(30_000);
const choreMs = 5 * 60_000;

let folder: string;
let time: Clock;
let base: Ground["base"];
let server: TestServer;
let bob: Person;
let carla: Person;
beforeEach(async () => {
  ({ folder, time, base, server, bob, carla } = await ground());
});
afterEach(async () => {
  await server.stop();
  expect(server.bugs).toEqual([]);
});

describe("deleting the account with what one wrote", () => {
  test("ASVS 14.2.7 the text is gone from the database's files, and everybody's history", async () => {
    const [hers, his] = [await carla.enter(), await bob.enter()];
    await saidByCarla(hers, 6);
    const { seq } = await his.say("bob's own");
    const liked = { conversation: "group", seq, emoji: "👍", on: true };
    for (const socket of [hers, his]) await socket.ask("message.react", liked, "message.reacted");
    const { head } = (await bob.enter()).entered.conversations.find(({ id }) => id === "group")!;
    expect(Object.values(found(folder, secret))).toContain(true);
    expect((await remove(carla, "remove")).status).toBe(204);
    const changes = () =>
      his.events.flatMap((event) =>
        event.type === "message.changed" && event.message.author === 2 ? [event] : [],
      );
    await his.until(() => changes().length === 6);
    expect(changes().map(({ message }) => [message.author, message.body.text])).toEqual(
      Array(6).fill([2, ""]),
    );
    await erased(base.store, bob);
    expect(found(folder, secret)).toEqual(nowhere);
    for (const conversation of ["group", "direct:1:2"]) {
      const page = await his.ask("history.read", { conversation }, "history.page");
      const theirs = page.messages.filter(({ author }) => author === 2);
      expect(theirs.map(({ body, deletedAt }) => [body.text, deletedAt])).toEqual(
        Array(3).fill(["", time.now()]),
      );
    }
    // Who was away hears of it by what changed since.
    const { epoch } = (await bob.enter()).entered;
    const since = { conversation: "group", epoch, after: head };
    const { messages } = await his.ask("conversation.sync", since, "conversation.synced");
    expect(messages.map(({ author, body }) => [author, body.text])).toEqual([
      ...Array(3).fill([2, ""]),
      [1, "bob's own"],
    ]);
    const kept = await his.ask("history.read", { conversation: "group" }, "history.page");
    expect(kept.messages.map(({ body }) => body.text)).toContain("bob's own");
    const [own] = kept.messages.filter((message) => message.seq === seq);
    expect(own?.reactions).toEqual([{ emoji: "👍", people: [1] }]);
  });

  test("and without: it stays, with those it was written to", async () => {
    const hers = await carla.enter();
    await saidByCarla(hers, 2);
    expect((await remove(carla, "keep")).status).toBe(204);
    const page = await (await bob.enter()).ask("history.read", { conversation: "group" }, "history.page");
    expect(page.messages.map(({ author, body }) => [author, body.text])).toEqual([[2, `${secret} 0`]]);
  });

  test("goes on where a crash broke it off", async () => {
    await saidByCarla(await carla.enter(), 2);
    for (let from = 0; from < 1_000; from += 500)
      await base.store.messages.append(
        Array.from({ length: 500 }, (_, at) => ({
          conversation: "group" as const,
          author: 2,
          clientId: crypto.randomUUID(),
          body: { text: `${secret} ${from + at}` },
          createdAt: time.now(),
        })),
      );
    const { removeOf } = base.store.messages;
    let batches = 0;
    const crashed = Promise.withResolvers<void>();
    base.store.messages.removeOf = async (author, at, limit) => {
      if (++batches <= 2) return removeOf(author, at, limit);
      crashed.resolve();
      // What comes after a crash never comes.
      return new Promise(() => {});
    };
    expect((await remove(carla, "remove")).status).toBe(204);
    await crashed.promise;
    const left = () => base.db.all(sql`select seq from chat_messages where body is not null`).length;
    expect(left()).toBe(1_002 - 400);
    // The server of before does nothing more.
    const before = server;
    base.db.$client.close();
    time = clock(time.now());
    ({ base, server } = await open(folder, time));
    bob = bob.at(server);
    time.advance(1);
    await erased(base.store, bob);
    expect(left()).toBe(0);
    expect(found(folder, secret)).toEqual(nowhere);
    await before.server.stop(true);
  });

  test("ASVS 14.2.7 waits for who reads the file from outside, and is done when they are through", async () => {
    await saidByCarla(await carla.enter(), 4);
    const reader = new Database(join(folder, "chat.sqlite"), { readonly: true });
    reader.run("begin");
    reader.query("select count(*) from chat_messages").get();
    expect((await remove(carla, "remove")).status).toBe(204);
    const his = await bob.enter();
    const page = await his.ask("history.read", { conversation: "group" }, "history.page");
    expect(page.messages.map(({ body }) => body.text)).toEqual(["", ""]);
    expect(await base.store.users.erasing()).toEqual([2]);
    reader.run("commit");
    reader.close();
    time.advance(choreMs + 1);
    await erased(base.store, bob);
    expect(found(folder, secret)).toEqual(nowhere);
  });
});

test("ASVS 14.2.7 what messages said before they were edited is gone from the files within five minutes, again and again", async () => {
  for (let round = 0; round < 2; round++) {
    const socket = await carla.enter();
    for (let at = 0; at < 4; at++) {
      const { seq } = await socket.say(`${secret} ${round} ${at}`);
      const edit = { conversation: "group", seq, body: { text: `in other words ${at}` } };
      await socket.ask("message.edit", edit, "message.edited");
    }
    time.advance(choreMs);
    const isGone = () => !Object.values(found(folder, secret)).includes(true);
    // Until it is over, whoever writes is told that the database is busy.
    const isOver = async () => isGone() && !(await base.store.messages.isVacuumPending());
    for (let tries = 0; tries < 200 && !(await isOver()); tries++) {
      await bob.fetch("GET", "/api/session");
      // A database that was busy just then is tried again soon.
      time.advance(100);
    }
    expect([round, found(folder, secret)]).toEqual([round, nowhere]);
  }
});

test("the owner cannot go before the chat is somebody else's", async () => {
  base.db.run(sql`update users set role = 'owner' where id = 2`);
  await server.stop();
  ({ base, server } = await open(folder, time));
  const owner = await new Person(server, carla.name).logIn();
  for (const choice of ["keep", "remove"] as const)
    expect(await outcome(remove(owner, choice))).toEqual([409, "owner_stays"]);
  expect((await base.store.users.byId(2))?.name).toBe(carla.name);
  expect(await base.store.users.erasing()).toEqual([]);
});
