import { describe, expect, test } from "bun:test";
import { Follower } from "../../support/follower.ts";
import { holdNext } from "../../support/hold.ts";
import { Person } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";
import { draft, logOf } from "../store/conformance/ground.ts";

const { server, alice, bob } = stage({
  env: { MESSAGES_PER_MINUTE: "1000000", MESSAGE_BURST: "1000000" },
  people: ["alice", "bob"],
});

const fill = async (count: number) => {
  for (let left = count; left > 0; left -= 200) {
    await server.store.messages.append(
      Array.from({ length: Math.min(left, 200) }, (_, at) => draft(`message ${left - at}`)),
    );
  }
};

const expectExact = async (follower: Follower) => {
  expect(follower.log).toEqual(await logOf(server.store));
  expect(follower.log.map(({ seq }) => seq)).toEqual(follower.log.map((_, at) => at + 1));
  expect(follower.contradictions).toEqual([]);
};

describe("history", () => {
  const numbers = (page: { messages: { seq: number }[] }) => page.messages.map(({ seq }) => seq);

  test("is read from any place, in both directions", async () => {
    await fill(30);
    const socket = await bob.enter();
    const read = (fields: object) =>
      socket.ask("history.read", { conversation: "group", ...fields }, "history.page");
    const around = await read({ around: 11, limit: 6 });
    expect([numbers(around), around.more, around.newer]).toEqual([[8, 9, 10, 11, 12, 13], true, true]);
    const after = await read({ after: 13, limit: 4 });
    expect([numbers(after), after.more, after.newer]).toEqual([[14, 15, 16, 17], true, undefined]);
    expect(await read({ after: 26, limit: 4 })).toMatchObject({ more: false, head: 30 });
    const [first, last] = [await read({ around: 2, limit: 6 }), await read({ around: 99, limit: 6 })];
    expect([numbers(first), first.more, first.newer]).toEqual([[1, 2, 3, 4], false, true]);
    expect([numbers(last), last.more, last.newer]).toEqual([[28, 29, 30], true, false]);
    const both = { conversation: "group", before: 5, after: 1 };
    expect(await socket.ask("history.read", both, "error")).toMatchObject({ code: "invalid" });
  });

  test("around a place bears the head at which both of its halves are whole", async () => {
    await fill(10);
    const socket = await bob.enter();
    const hold = holdNext(server.store.messages, "before");
    const asked = socket.ask("history.read", { conversation: "group", around: 6, limit: 6 }, "history.page");
    await hold.reached;
    await (await alice.enter()).ask("message.delete", { conversation: "group", seq: 7 }, "message.deleted");
    hold.release();
    const page = await asked;
    expect([numbers(page), page.head]).toEqual([[3, 4, 5, 6, 7, 8], 10]);
    const { epoch } = socket.entered;
    const sync = { conversation: "group", epoch, after: page.head };
    const { messages } = await socket.ask("conversation.sync", sync, "conversation.synced");
    expect(messages).toMatchObject([{ seq: 7, rev: 11, body: { text: "" } }]);
  });
});

describe("coming back", () => {
  test("after 2,000 messages catches up by pages, with exactly what was missed", async () => {
    const follower = new Follower();
    const first = await bob.enter();
    await fill(3);
    await follower.follow(first);
    expect(follower.log).toHaveLength(3);
    first.close();
    await first.closed;
    await fill(2000);
    await follower.follow(await bob.enter());
    expect(follower.log).toHaveLength(2003);
    expect(follower.counted).toEqual({ holes: 0, syncs: 10 });
    await expectExact(follower);
  });

  test("for the first time reads 2,000 messages by pages of history", async () => {
    await fill(2000);
    const follower = await new Follower().follow(await bob.enter());
    expect(follower.log).toHaveLength(2000);
    await expectExact(follower);
  });

  test("with a cursor of another epoch is told to start over", async () => {
    await fill(5);
    const socket = await bob.enter();
    const sync = { conversation: "group", after: 2, epoch: "0123456789abcdef0123456789abcdef" };
    expect(await socket.ask("conversation.sync", sync, "error")).toMatchObject({ code: "epoch_changed" });
  });

  test("while others write leaves neither a hole nor a double, on any client", async () => {
    await fill(500);
    const writer = await alice.enter();
    const total = 1500;
    const writing = (async () => {
      for (let at = 0; at < total; at += 10) {
        await Promise.all(Array.from({ length: 10 }, (_, each) => writer.say(`live ${at + each}`)));
      }
    })();
    const people = await Promise.all(
      ["carol", "dave", "erin", "frank"].map((name) => new Person(server, name).register()),
    );
    const followers = people.map(() => new Follower());
    for (let round = 0; round < 4; round++) {
      for (const [at, person] of people.entries()) {
        const socket = await person.enter();
        await followers[at]!.follow(socket);
        if (round < 3) socket.close();
      }
    }
    await writing;
    for (const follower of followers) {
      await follower.reaches(500 + total);
      await expectExact(follower);
    }
  });
});

describe("sending again", () => {
  test("every message five times stores and publishes it once, and answers each", async () => {
    const [a, b] = [await alice.enter(), await bob.enter()];
    const ids = Array.from({ length: 200 }, () => crypto.randomUUID());
    for (let times = 0; times < 5; times++) {
      for (const [at, clientId] of ids.entries()) {
        a.send("message.send", { conversation: "group", clientId, body: { text: `message ${at}` } });
      }
    }
    const echoes = () => a.events.filter(({ type }) => type === "message.sent");
    await a.until(() => echoes().length === 1000);
    await a.ask("ping", {}, "pong");
    await b.ask("ping", {}, "pong");
    expect(echoes()).toHaveLength(1000);
    const seen = b.events.flatMap((event) => (event.type === "message.sent" ? [event.message] : []));
    expect(seen).toEqual(await logOf(server.store));
    expect(seen.map(({ clientId }) => clientId)).toEqual(ids);
  });

  test("from another device answers the device that asked, and nobody else hears of it", async () => {
    const [phone, laptop] = [await alice.enter(), await alice.enter()];
    const clientId = crypto.randomUUID();
    const first = await phone.say("hello", "group", clientId);
    await laptop.event("message.sent");
    expect(await laptop.say("hello", "group", clientId)).toEqual(first);
    await laptop.ask("ping", {}, "pong");
    await phone.ask("ping", {}, "pong");
    const echoes = [phone, laptop].map(({ events }) => events.filter(({ type }) => type === "message.sent"));
    expect(echoes.map(({ length }) => length)).toEqual([1, 2]);
  });

  test("over a new connection while the first attempt is still queued stores it once", async () => {
    const clientId = crypto.randomUUID();
    const message = { conversation: "group", clientId, body: { text: "was it sent?" } };
    const first = await alice.connect();
    const second = await alice.connect();
    first.send("message.send", message);
    first.close();
    second.send("message.send", message);
    const { message: stored } = await second.event("message.sent");
    await second.ask("ping", {}, "pong");
    expect(await logOf(server.store)).toEqual([stored]);
  });

  test("with another text, or into another conversation, is refused and changes nothing", async () => {
    const socket = await alice.enter();
    const clientId = crypto.randomUUID();
    await socket.say("hello", "group", clientId);
    for (const [conversation, text] of [
      ["group", "bye"],
      ["direct:1:2", "hello"],
    ]) {
      const again = { conversation, clientId, body: { text } };
      expect(await socket.ask("message.send", again, "error")).toMatchObject({ code: "client_id_reused" });
    }
    expect((await bob.enter()).entered.conversations).toMatchObject([{ id: "group", head: 1 }]);
    expect(await logOf(server.store)).toHaveLength(1);
  });
});
