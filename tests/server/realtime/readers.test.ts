import { expect, test } from "bun:test";
import { limits } from "../../../server/protocol/limits.ts";
import type { Person, Socket } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const { server, alice, bob, carol } = stage({ people: ["alice", "bob", "carol"] });

const direct = "direct:1:2";
const readersOf = async (socket: Socket, conversation = "group") =>
  (await socket.ask("readers.read", { conversation }, "readers.listed")).readers.map(
    ({ person, seq }) => `${person} to ${seq}`,
  );
const seen = ({ events }: Socket) =>
  events
    .splice(0)
    .flatMap((event) =>
      event.type === "read.seen" ? [`${event.conversation}: ${event.person} to ${event.seq}`] : [],
    );
/** Marks, and waits until that is stored and told. */
async function read(socket: Socket, seq: number, conversation = "group") {
  socket.send("read.mark", { conversation, seq });
  await socket.event("read.marked", (event) => event.conversation === conversation && event.seq === seq);
}
const show = async (person: Person, showRead: boolean) =>
  expect((await person.fetch("PATCH", "/api/account/preferences", { showRead })).status).toBe(204);
const enterAll = async () => [await alice.enter(), await bob.enter(), await carol.enter()] as const;

test("who has read how far is told to the others in the conversation, and listed for who asks", async () => {
  const [a, b, c] = await enterAll();
  await a.say("one");
  await a.say("two");
  await a.say("psst", direct);
  await read(b, 2);
  await read(b, 1, direct);
  expect(await readersOf(a)).toEqual(["2 to 2"]);
  expect(await readersOf(c)).toEqual(["2 to 2"]);
  expect(await readersOf(b)).toEqual([]);
  expect(seen(a)).toEqual(["group: 2 to 2", `${direct}: 2 to 1`]);
  expect(seen(c)).toEqual(["group: 2 to 2"]);
  expect(seen(b)).toEqual([]);
  b.send("read.unmark", { conversation: "group", seq: 2 });
  await a.event("read.seen", ({ seq }) => seq === 1);
  expect(await readersOf(a)).toEqual(["2 to 1"]);
});

test("who does not show it is told of nobody either, and shows it again when they like", async () => {
  const [a, b, c] = await enterAll();
  await a.say("one");
  await show(bob, false);
  await read(b, 1);
  await read(c, 1);
  expect([await readersOf(a), await readersOf(b), await readersOf(c)]).toEqual([["3 to 1"], [], []]);
  expect([seen(a), seen(b), seen(c)]).toEqual([["group: 3 to 1"], [], []]);
  expect(await server.store.users.discreet()).toEqual([2]);
  await show(bob, true);
  expect([await readersOf(a), await readersOf(b)]).toEqual([["2 to 1", "3 to 1"], ["3 to 1"]]);
});

test("where there are too many people, nobody is told, nor listed", async () => {
  const [a, b] = await enterAll();
  await a.say("one");
  await a.say("psst", direct);
  for (let count = 3; count <= limits.readersMax; count++)
    await server.store.users.create({ name: `member-${count}`, passwordHash: "1:hash", createdAt: 1 });
  await read(b, 1);
  await read(b, 1, direct);
  expect([await readersOf(a), await readersOf(a, direct)]).toEqual([[], ["2 to 1"]]);
  expect(seen(a)).toEqual([`${direct}: 2 to 1`]);
});

test("in a room nobody hears of marks in what was before them, and who is out hears of nothing", async () => {
  const [a, b, c] = await enterAll();
  const room = "room:0123456789abcdef";
  const made = { conversation: room, name: "Kitchen", access: "private", history: "joined", people: [2] };
  await a.ask("room.create", made, "room.created");
  const { seq } = await a.say("before carol", room);
  await read(b, seq, room);
  await a.ask("room.add", { conversation: room, people: [3] }, "room.saved");
  await c.event("conversation.joined");
  expect([await readersOf(a, room), await readersOf(c, room)]).toEqual([[`2 to ${seq}`], []]);
  const later = await a.say("to all", room);
  await read(b, later.seq, room);
  expect(await readersOf(c, room)).toEqual([`2 to ${later.seq}`]);
  a.send("typing.begin", { conversation: room });
  await c.event("typing.began");
  await a.ask("room.remove", { conversation: room, person: 3 }, "room.saved");
  await c.event("conversation.left");
  c.events.splice(0);
  await read(b, (await a.say("without carol", room)).seq, room);
  a.send("typing.end", { conversation: room });
  await b.event("typing.ended");
  await c.ask("ping", {}, "pong");
  expect(c.events.map(({ type }) => type)).toEqual(["pong"]);
});
