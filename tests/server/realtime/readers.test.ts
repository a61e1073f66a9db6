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
