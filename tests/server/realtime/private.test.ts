import { beforeEach, describe, expect, test } from "bun:test";
import { Follower } from "../../support/follower.ts";
import { holdNext } from "../../support/hold.ts";
import { Person, type Socket } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";
import { logOf } from "../store/conformance/ground.ts";

let alice: Person;
let bob: Person;
let carol: Person;
const { server } = stage();
beforeEach(async () => {
  [alice, bob, carol] = ["alice", "bob", "carol"].map((name) => new Person(server, name)) as [
    Person,
    Person,
    Person,
  ];
  for (const person of [alice, bob, carol]) await person.register();
});

const together = "direct:1:2";
const heard = ({ events }: Socket) =>
  events.flatMap((event) => (event.type === "message.sent" ? [event.message.body.text] : []));

describe("a private message", () => {
  test("reaches every device of both, and nobody else", async () => {
    const devices = [await alice.enter(), await alice.enter(), await bob.enter(), await bob.enter()];
    const other = await carol.enter();
    await devices[0]!.say("psst", together);
    await devices[3]!.say("what?", together);
    for (const device of devices) {
      await device.event("message.sent", ({ message }) => message.body.text === "what?");
      expect(heard(device)).toEqual(["psst", "what?"]);
    }
    await devices[0]!.say("to all");
    await other.event("message.sent");
    expect(heard(other)).toEqual(["to all"]);
  });

  test("waits for who is offline, counted as unread", async () => {
    const socket = await alice.enter();
    for (const text of ["one", "two", "three"]) await socket.say(text, together);
    const later = await bob.enter();
    const listed = later.entered.conversations.find(({ id }) => id === together);
    expect(listed).toMatchObject({ head: 3, unread: 3 });
    const follower = await new Follower(together).follow(later);
    expect(follower.log.map(({ body }) => body.text)).toEqual(["one", "two", "three"]);
  });

  test("ASVS 8.2.2 cannot be written, read, synced or marked by a third person, who learns nothing of it", async () => {
    await (await alice.enter()).say("secret", together);
    const socket = await carol.enter();
    const { epoch } = socket.entered;
    for (const conversation of [together, "direct:1:77"]) {
      const body = { text: "let me in" };
      for (const [type, fields] of [
        ["message.send", { conversation, clientId: crypto.randomUUID(), body }],
        ["history.read", { conversation }],
        ["conversation.sync", { conversation, epoch, after: 0 }],
        ["read.mark", { conversation, seq: 1 }],
        ["read.unmark", { conversation, seq: 1 }],
        ["readers.read", { conversation }],
        ["typing.begin", { conversation }],
      ] as const) {
        const { code, message } = await socket.ask(type, fields, "error");
        expect([code, message]).toEqual(["unknown_conversation", "There is no such conversation for you."]);
      }
    }
    expect(socket.entered.conversations.map(({ id }) => id)).toEqual(["group"]);
    expect(await logOf(server.store, together)).toHaveLength(1);
  });

  test("to who does not exist, or is deleted meanwhile, is refused and makes no conversation", async () => {
    const socket = await alice.enter();
    const send = (conversation: string) =>
      socket.ask(
        "message.send",
        { conversation, clientId: crypto.randomUUID(), body: { text: "hello?" } },
        "error",
      );
    expect(await send("direct:1:77")).toMatchObject({ code: "person_deleted" });
    await bob.fetch("DELETE", "/api/account", { messages: "keep" });
    expect(await send(together)).toMatchObject({ code: "person_deleted" });
    expect((await alice.enter()).entered.conversations.map(({ id }) => id)).toEqual(["group"]);
  });

  test("on its way while its receiver is being deleted is stored or refused, and its sender knows which", async () => {
    const socket = await alice.enter();
    const hold = holdNext(server.store.users, "remove");
    const removing = bob.fetch("DELETE", "/api/account", { messages: "keep" });
    await hold.reached;
    const body = { text: "still there?" };
    const fields = { conversation: together, clientId: crypto.randomUUID(), body };
    expect(await socket.ask("message.send", fields, "error")).toMatchObject({ code: "person_deleted" });
    hold.release();
    expect((await removing).status).toBe(204);
    await socket.event("person.deleted", ({ id }) => id === 2);
  });
});

describe("unread counts and marks", () => {
  const unreadOf = async (person: Person, id = "group") => {
    const socket = await person.enter();
    socket.close();
    return socket.entered.conversations.find((each) => each.id === id)?.unread;
  };

  test("are right at once after a reload and on a second device", async () => {
    const [a, b] = [await alice.enter(), await bob.enter()];
    for (let at = 0; at < 5; at++) await a.say(`message ${at}`);
    expect(await unreadOf(bob)).toBe(5);
    expect(await unreadOf(alice)).toBe(0);
    // Marked and reloaded at once: the mark is not stored yet when the second device asks.
    b.send("read.mark", { conversation: "group", seq: 3 });
    await b.ask("ping", {}, "pong");
    expect(await unreadOf(bob)).toBe(2);
  });

  test("a mark is told to all devices of its reader, with what is left, and to nobody else", async () => {
    const [a, phone, laptop] = [await alice.enter(), await bob.enter(), await bob.enter()];
    for (let at = 0; at < 3; at++) await a.say(`message ${at}`);
    phone.send("read.mark", { conversation: "group", seq: 2 });
    for (const device of [phone, laptop]) {
      expect(await device.event("read.marked")).toMatchObject({ conversation: "group", seq: 2, unread: 1 });
    }
    await a.ask("ping", {}, "pong");
    expect(a.events.some(({ type }) => type === "read.marked")).toBe(false);
  });

  test("a mark never moves back, nor past what is there", async () => {
    const [a, b] = [await alice.enter(), await bob.enter()];
    for (let at = 0; at < 3; at++) await a.say(`message ${at}`);
    b.send("read.mark", { conversation: "group", seq: 999 });
    expect(await b.event("read.marked")).toMatchObject({ seq: 3, unread: 0 });
    b.send("read.mark", { conversation: "group", seq: 1 });
    await b.event("read.marked", (event) => b.events.indexOf(event) > b.events.findIndex(isMark));
    expect(b.events.filter(isMark).map((event) => event.type === "read.marked" && event.seq)).toEqual([3, 3]);
    await a.say("one more");
    expect(await unreadOf(bob)).toBe(1);
  });

  test("a mark moves back where its reader says so, in the order in which that was said, and all of them to their ends", async () => {
    const [a, phone, laptop] = [await alice.enter(), await bob.enter(), await bob.enter()];
    for (let at = 0; at < 4; at++) await a.say(`message ${at}`);
    await a.say("psst", together);
    const marks = async (last: number) => {
      const isLast = (event: { unread: number }) =>
        event.unread === last && laptop.events.filter(isMark).length > 0;
      await laptop.event("read.marked", isLast);
      return laptop.events.splice(0).flatMap((event) => {
        if (event.type !== "read.marked") return [];
        const { conversation, seq, unread, head, back } = event;
        return [[conversation, seq, unread, head, back]];
      });
    };
    phone.send("read.mark", { conversation: "group", seq: 3 });
    phone.send("read.unmark", { conversation: "group", seq: 2 });
    expect(await marks(3)).toEqual([
      ["group", 3, 1, 4, undefined],
      ["group", 1, 3, 4, true],
    ]);
    // It is no way forward, nor to before the beginning.
    phone.send("read.unmark", { conversation: "group", seq: 4 });
    phone.send("read.unmark", { conversation: "group", seq: 1 });
    expect(await marks(4)).toEqual([
      ["group", 1, 3, 4, true],
      ["group", 0, 4, 4, true],
    ]);
    expect(await unreadOf(bob)).toBe(4);
    phone.send("read.markAll");
    expect((await marks(0)).toSorted()).toEqual([
      [together, 1, 0, 1, undefined],
      ["group", 4, 0, 4, undefined],
    ]);
    await a.ask("ping", {}, "pong");
    expect(a.events.some(isMark)).toBe(false);
  });

  const isMark = ({ type }: { type: string }) => type === "read.marked";

  test("what one sends oneself does not mark what others wrote", async () => {
    const [a, b] = [await alice.enter(), await bob.enter()];
    await a.say("question");
    await b.say("an answer to something else");
    expect(await unreadOf(bob)).toBe(1);
  });
});
