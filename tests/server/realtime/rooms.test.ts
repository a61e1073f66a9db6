import { describe, expect, test } from "bun:test";
import { type CommandType, commands } from "../../../server/protocol/commands.ts";
import { newRoom, type Socket } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

// The ids of these are 1 to 5.
const { people } = stage({
  people: { alice: "member", bob: "member", carol: "member", dana: "moderator", olga: "owner" },
});

type Entered = Awaited<ReturnType<typeof people.alice.enter>>;
const everybody = async () => ({
  alice: await people.alice.enter(),
  bob: await people.bob.enter(),
  carol: await people.carol.enter(),
  dana: await people.dana.enter(),
});

/** The code with which a command is refused. */
async function refused(socket: Socket, type: CommandType, fields: object): Promise<string> {
  const ref = socket.send(type, fields as Record<string, unknown>);
  return (await socket.event("error", (event) => event.ref === ref)).code;
}
async function make(socket: Socket, more: Record<string, unknown> = {}) {
  const conversation = newRoom();
  const room = { conversation, access: "private", name: "Plans", ...more };
  await socket.ask("room.create", room, "room.created");
  return conversation;
}
const act = (
  socket: Socket,
  type: "room.add" | "room.remove" | "room.leave" | "room.join" | "room.change",
  fields: Record<string, unknown>,
) => socket.ask(type, fields, "room.saved");
/** All that a socket was told of a conversation. */
const toldOf = (socket: Socket, conversation: string) =>
  socket.events.filter((event) => JSON.stringify(event).includes(conversation)).map(({ type }) => type);

describe("a room", () => {
  test("reaches who is in it from then on, live and after entering, and nobody else hears that it is there", async () => {
    const { alice, bob, carol, dana } = await everybody();
    const conversation = await make(alice, { people: [2] });
    await bob.event("conversation.joined", (event) => event.conversation.id === conversation);
    const said = await alice.say("for us", conversation);
    await bob.event("message.sent", ({ message }) => message.clientId === said.clientId);
    const { entered } = await people.bob.enter();
    expect(entered.conversations.find(({ id }) => id === conversation)).toMatchObject({
      head: 2,
      unread: 1,
      latest: { text: "for us", author: 1 },
      room: { name: "Plans", access: "private", owners: [1], members: 2 },
    });
    for (const [socket, name] of [
      [carol, "carol"],
      [dana, "dana"],
    ] as const) {
      await socket.ask("ping", {}, "pong");
      expect(toldOf(socket, conversation)).toEqual([]);
      expect((await socket.ask("room.list", {}, "room.listed")).rooms).toEqual([]);
      expect(JSON.stringify((await people[name].enter()).entered)).not.toContain(conversation);
    }
  });

  test("whoever is removed, or leaves, hears that, and nothing that comes after it", async () => {
    const { alice, bob, carol } = await everybody();
    const conversation = await make(alice, { people: [2, 3] });
    for (const socket of [bob, carol]) await socket.event("conversation.joined", () => true);
    await act(alice, "room.remove", { conversation, person: 2 });
    await act(carol, "room.leave", { conversation });
    await alice.say("now that they are gone", conversation);
    for (const socket of [bob, carol]) {
      await socket.ask("ping", {}, "pong");
      expect(toldOf(socket, conversation).at(-1)).toBe("conversation.left");
      expect(JSON.stringify(socket.events)).not.toContain("now that they are gone");
      expect(await refused(socket, "history.read", { conversation })).toBe("unknown_conversation");
    }
    const again = await people.bob.enter();
    expect(again.entered.conversations.map(({ id }) => id)).toEqual(["group"]);
    await alice.say("and still", conversation);
    await again.ask("ping", {}, "pong");
    expect(JSON.stringify(again.events)).not.toContain("and still");
  });

  test("who comes later sees none of what was before, however it is asked for, and none of its changes", async () => {
    const { alice, bob } = await everybody();
    const conversation = await make(alice, { history: "joined" });
    const early = await alice.say("before bob", conversation);
    await act(alice, "room.add", { conversation, people: [2] });
    const joined = await bob.event("conversation.joined", (event) => event.conversation.id === conversation);
    expect(joined.conversation).toMatchObject({ seesFrom: 3, head: 3, unread: 0 });
    await alice.ask(
      "message.edit",
      { conversation, seq: early.seq, body: { text: "before bob, edited" } },
      "message.edited",
    );
    await alice.ask("message.pin", { conversation, seq: early.seq, on: true }, "message.pinned");
    const late = await alice.say("with bob", conversation);
    await bob.event("message.sent", ({ message }) => message.seq === late.seq);
    const { epoch } = bob.entered;
    const asked = { conversation, seq: early.seq };
    const answers = [
      await bob.ask("history.read", { conversation }, "history.page"),
      await bob.ask("history.read", { conversation, around: early.seq }, "history.page"),
      await bob.ask("conversation.sync", { conversation, epoch, after: 0 }, "conversation.synced"),
      await bob.ask("message.read", { conversation, seqs: [early.seq, late.seq] }, "message.list"),
      await bob.ask("pins.read", { conversation }, "pins.page"),
    ];
    expect(answers.map(({ messages }) => messages.map(({ seq }) => seq))).toEqual([
      [3, late.seq],
      [3, late.seq],
      [3, late.seq],
      [late.seq],
      [],
    ]);
    for (const type of ["message.react", "message.pin", "message.delete", "message.edit"] as const) {
      const more = type === "message.react" ? { emoji: "👍" } : {};
      const on = type === "message.react" || type === "message.pin" ? { on: true } : {};
      const body = type === "message.edit" ? { body: { text: "x" } } : {};
      expect([type, await refused(bob, type, { ...asked, ...more, ...on, ...body })]).toEqual([
        type,
        "unknown_message",
      ]);
    }
    const reply = {
      conversation,
      clientId: crypto.randomUUID(),
      body: { text: "to what?", replyTo: early.seq },
    };
    expect(await refused(bob, "message.send", reply)).toBe("unknown_message");
    expect(JSON.stringify(bob.events)).not.toContain("before bob");
    expect((await people.bob.fetch("POST", "/api/reports", { ...asked, reason: "spam" })).status).toBe(404);
  });

  test("that is public is found and joined by anybody; put away it is read and nothing more", async () => {
    const { alice, bob, carol } = await everybody();
    const conversation = await make(alice, { access: "public", writers: "owners" });
    const early = await alice.say("welcome", conversation);
    const listed = await bob.ask("room.list", {}, "room.listed");
    expect(listed.rooms).toMatchObject([{ id: conversation, joined: false, room: { members: 1 } }]);
    await act(bob, "room.join", { conversation });
    expect((await bob.ask("history.read", { conversation }, "history.page")).messages).toHaveLength(3);
    const sending = () => ({ conversation, clientId: crypto.randomUUID(), body: { text: "hello" } });
    expect(await refused(bob, "message.send", sending())).toBe("read_only");
    await bob.ask("message.react", { conversation, seq: 2, emoji: "👍", on: true }, "message.reacted");
    await act(alice, "room.change", { conversation, archived: true });
    expect((await bob.event("room.changed", ({ room }) => room.archivedAt !== undefined)).id).toBe(
      conversation,
    );
    for (const [type, fields] of [
      ["message.send", sending()],
      ["message.edit", { conversation, seq: 2, body: { text: "x" } }],
      ["message.react", { conversation, seq: 2, emoji: "👍", on: true }],
      ["message.pin", { conversation, seq: 2, on: true }],
      ["room.change", { conversation, name: "Other" }],
      ["room.add", { conversation, people: [3] }],
    ] as const)
      expect([type, await refused(alice, type, fields)]).toEqual([type, "archived"]);
    // What was stored before is answered as before.
    alice.send("message.send", { conversation, clientId: early.clientId, body: { text: "welcome" } });
    await alice.until(
      () =>
        alice.events.filter((event) => event.type === "message.sent" && event.message.seq === early.seq)
          .length === 2,
    );
    expect(await refused(carol, "room.join", { conversation })).toBe("archived");
    expect((await bob.ask("history.read", { conversation }, "history.page")).messages).toHaveLength(4);
    await act(alice, "room.change", { conversation, archived: false });
    await alice.say("back", conversation);
  });
});

test("ASVS 8.2.2 ASVS 8.3.1 no command of a conversation tells who is not in a private room that there is one", async () => {
  const { alice, bob, dana } = await everybody();
  const owner = await people.olga.enter();
  const conversation = await make(alice, { people: [2] });
  const { seq } = await alice.say("secret", conversation);
  await bob.event("message.sent", ({ message }) => message.conversation === conversation);
  await act(alice, "room.remove", { conversation, person: 2 });
  const { epoch } = alice.entered;
  const samples: Record<string, unknown> = {
    ...{ seq, epoch, after: 0, on: true, emoji: "👍", seqs: [seq], people: [3], person: 1 },
    ...{ body: { text: "x" }, clientId: crypto.randomUUID(), name: "Mine" },
  };
  const inRooms = Object.entries(commands).filter(
    ([type, { entries }]) => "conversation" in entries && type !== "room.create",
  );
  for (const [type, { entries }] of inRooms)
    for (const socket of [bob, dana, owner] as Entered[])
      for (const there of [conversation, newRoom()]) {
        const fields = Object.fromEntries(
          Object.entries(entries as Record<string, { type: string }>).flatMap(([name, entry]) =>
            name in samples && (entry.type !== "optional" || name === "name") ? [[name, samples[name]]] : [],
          ),
        );
        const code = await refused(socket, type as CommandType, { ...fields, conversation: there });
        expect([type, code]).toEqual([type, "unknown_conversation"]);
      }
  const own = { conversation, access: "public", name: "Mine" };
  expect(await refused(bob, "room.create", own)).toBe("unknown_conversation");
});

test("a few people have a private conversation together, as often as they like", async () => {
  const { alice, bob, carol } = await everybody();
  const few = { access: "people", name: undefined, people: [2, 3] };
  const conversation = await make(alice, few);
  for (const socket of [bob, carol])
    expect(await socket.event("conversation.joined", () => true)).toMatchObject({
      conversation: { room: { name: null, owners: [], people: [1, 2, 3] } },
    });
  expect(await make(alice, few)).not.toBe(conversation);
  for (const wrong of [{ people: [2] }, { people: [2, 3], writers: "owners" }])
    expect(await refused(alice, "room.create", { conversation: newRoom(), access: "people", ...wrong })).toBe(
      "invalid",
    );
  expect(await refused(alice, "room.create", { conversation: newRoom(), access: "private" })).toBe("invalid");
});

test("a deleted account is out of its rooms, and whoever is there looks after them", async () => {
  const { alice, bob } = await everybody();
  const conversation = await make(alice, { people: [2] });
  await bob.event("conversation.joined", () => true);
  await people.alice.fetch("DELETE", "/api/account", { messages: "keep" });
  const { room } = await bob.event("room.changed", (event) => event.room.members === 1);
  expect(room.owners).toEqual([2]);
  expect((await bob.ask("room.read", { conversation }, "room.described")).people).toEqual([2]);
});
