import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { deafen, startNode, type TestNode } from "../../support/nodes.ts";
import { newRoom, Person, type Socket } from "../../support/person.ts";
import { freshDatabase } from "../../support/postgres.ts";

let nodes: TestNode[] = [];
let url: string;
beforeEach(async () => {
  url = await freshDatabase();
});
afterEach(async () => {
  for (const node of nodes) await node.stop();
  expect(nodes.flatMap(({ bugs }) => bugs)).toEqual([]);
  nodes = [];
});

const texts = (socket: Socket) =>
  socket.events.flatMap((event) =>
    event.type === "message.sent" && !event.message.body.line ? [event.message.body.text] : [],
  );

describe.each([
  ["over signals", undefined],
  ["with every signal lost", deafen],
])("a room on several nodes, %s", (_, spoil) => {
  test("whoever is put out on one node hears on another nothing that is said after it, and whoever is added all", async () => {
    for (let count = 0; count < 2; count++) nodes.push(await startNode({ url, spoil }));
    const [one, two] = nodes as [TestNode, TestNode];
    const alice = await (await new Person(one, "alice").register()).enter();
    const bob = await (await new Person(two, "bob").register()).enter();
    const carol = await (await new Person(two, "carol").register()).enter();
    const conversation = newRoom();
    const room = { conversation, access: "private", name: "Plans", history: "joined", people: [2] };
    await alice.ask("room.create", room, "room.created");
    await bob.event("conversation.joined", (event) => event.conversation.id === conversation);
    await alice.say("with bob", conversation);
    await bob.event("message.sent", ({ message }) => message.body.text === "with bob");
    // Without waiting for the other node, which may find all of it together.
    await alice.ask("room.remove", { conversation, person: 2 }, "room.saved");
    await alice.ask("room.add", { conversation, people: [3] }, "room.saved");
    await alice.say("with carol", conversation);
    await carol.event("message.sent", ({ message }) => message.body.text === "with carol");
    await bob.event("conversation.left", ({ id }) => id === conversation);
    await alice.say("and later", conversation);
    await carol.event("message.sent", ({ message }) => message.body.text === "and later");
    await bob.ask("ping", {}, "pong");
    expect(texts(bob)).toEqual(["with bob"]);
    expect(texts(carol)).toEqual(["with carol", "and later"]);
    const read = bob.send("history.read", { conversation });
    expect(await bob.event("error", (event) => event.ref === read)).toMatchObject({
      code: "unknown_conversation",
    });
    const { entered } = await new Person(two, "dave").register().then((dave) => dave.enter());
    expect(entered.conversations.map(({ id }) => id)).toEqual(["group"]);
  });
});
