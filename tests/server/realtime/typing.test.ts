import { describe, expect, test } from "bun:test";
import { limits } from "../../../server/protocol/limits.ts";
import { contentsOf } from "../../support/database.ts";
import type { Socket } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const { server, time, alice, bob, carol, mona } = stage({
  people: { alice: "member", bob: "member", carol: "member", mona: "moderator" },
  clock: true,
});

const direct = "direct:1:2";
/** Who was heard to write and to stop, in order, after everything that was asked before is answered. */
async function heard(socket: Socket) {
  await socket.ask("ping", {}, "pong");
  return socket.events
    .splice(0)
    .flatMap((event) =>
      event.type === "typing.began" || event.type === "typing.ended"
        ? [`${event.type} ${event.conversation} ${event.person}`]
        : [],
    );
}
const enterAll = async () => [await alice.enter(), await bob.enter(), await carol.enter()] as const;
/** Has it done, too. */
const say = async (socket: Socket, type: "typing.begin" | "typing.end", conversation = "group") => {
  socket.send(type, { conversation });
  await socket.ask("ping", {}, "pong");
};

describe("that somebody writes", () => {
  test("is heard by the members of the conversation, and nowhere stored", async () => {
    const [a, b, c] = await enterAll();
    const before = contentsOf(server.db);
    await say(a, "typing.begin");
    await say(a, "typing.end");
    await say(b, "typing.begin", direct);
    const inGroup = ["typing.began group 1", "typing.ended group 1"];
    expect(await heard(a)).toEqual([...inGroup, `typing.began ${direct} 2`]);
    expect(await heard(c)).toEqual(inGroup);
    expect(contentsOf(server.db)).toEqual(before);
  });

  test("is not said by who may not write, nor too often", async () => {
    const [a, b] = await enterAll();
    for (let at = 0; at < 20; at++) a.send("typing.begin", { conversation: "group" });
    expect(await a.ask("typing.begin", { conversation: "group" }, "error")).toMatchObject({
      code: "rate_limited",
    });
    time.advance(1_000);
    await say(a, "typing.end");
    expect(await heard(b)).toHaveLength(21);
    await mona.fetch("PUT", "/api/people/1/mute", { minutes: 60, reason: "too loud" });
    expect(await a.ask("typing.begin", { conversation: "group" }, "error")).toMatchObject({ code: "muted" });
    expect(await heard(b)).toEqual([]);
  });

  test("is not said where there are too many people", async () => {
    const [a, b] = await enterAll();
    for (let count = 4; count <= limits.typingPeopleMax; count++)
      await server.store.users.create({ name: `member-${count}`, passwordHash: "1:hash", createdAt: 1 });
    await say(a, "typing.begin");
    await say(a, "typing.begin", direct);
    expect(await heard(b)).toEqual([`typing.began ${direct} 1`]);
  });
});
