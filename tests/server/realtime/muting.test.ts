import { beforeEach, describe, expect, test } from "bun:test";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { holdNext } from "../../support/hold.ts";
import { type Socket, sending } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";
import { logOf } from "../store/conformance/ground.ts";

const { server, time, alice, bob, mona, adam } = stage({
  clock: true,
  people: { alice: "member", bob: "member", mona: "moderator", adam: "admin" },
});
let [a, b]: Socket[] = [];
beforeEach(async () => {
  [a, b] = [await alice.enter(), await bob.enter()];
});

const hour = 60 * 60_000;
const mute = async (minutes: number, by = mona) => {
  const response = await by.fetch("PUT", "/api/people/1/mute", { minutes, reason: "too loud" });
  expect(response.status).toBe(204);
};
const texts = async () => (await logOf(server.store)).map(({ body }) => body.text);
/** Waits until everything said to this socket so far has come. */
const heardBy = async (socket: Socket) => {
  await socket.ask("ping", {}, "pong");
  return socket.events;
};

describe("who is muted", () => {
  test("cannot write anywhere until it is over, is told until when, and nothing is stored", async () => {
    await mute(60);
    const until = time.now() + hour;
    expect(await heardBy(a!)).toContainEqual({ type: "me.muted", until });
    for (const conversation of ["group", "direct:1:2"]) {
      const error = await a!.ask("message.send", sending("hello?", conversation), "error");
      expect(error).toMatchObject({ code: "muted", retryAfter: hour });
    }
    expect((await alice.enter()).entered.mutedUntil).toBe(until);
    time.advance(hour - 1);
    expect((await a!.ask("message.send", sending("now?"), "error")).retryAfter).toBe(1);
    expect(await texts()).toEqual([]);
    time.advance(1);
    await a!.say("at last");
    expect((await alice.enter()).entered.mutedUntil).toBeUndefined();
    expect(await texts()).toEqual(["at last"]);
  });

  test("goes on reading, and can delete what was written before", async () => {
    const message = await a!.say("before");
    await mute(60);
    await b!.say("still heard");
    expect(await heardBy(a!)).toContainEqual(
      expect.objectContaining({ type: "message.sent", message: expect.objectContaining({ author: 2 }) }),
    );
    await a!.ask("message.delete", { conversation: "group", seq: message.seq }, "message.deleted");
    expect(await texts()).toEqual(["still heard", ""]);
  });

  test("can write at once when let go, and nobody else hears of either", async () => {
    await mute(60);
    await mute(0);
    expect((await heardBy(a!)).filter(({ type }) => type === "me.muted")).toEqual([
      { type: "me.muted", until: time.now() + hour },
      { type: "me.muted", until: null },
    ]);
    await a!.say("thank you");
    expect((await heardBy(b!)).filter(({ type }) => type === "me.muted")).toEqual([]);
  });

  test("is still muted after a restart of the server", async () => {
    await mute(60);
    expect(await server.store.users.muted()).toEqual([{ id: 1, until: time.now() + hour }]);
  });
});

describe("ASVS 7.4.2 ASVS 8.3.2 who is banned or suspended", () => {
  for (const [status, by] of [
    ["banned", () => mona],
    ["suspended", () => adam],
  ] as const) {
    test(`${status}: is gone at once, hears nothing more, and what was on its way is refused`, async () => {
      const hold = holdNext(server.store.messages, "append");
      const first = b!.say("first");
      await hold.reached;
      a!.send("message.send", sending("too late"));
      // The queue has it by now: the server has read on.
      await a!.ask("ping", {}, "pong");
      const banned = await by().fetch("PUT", "/api/people/1/status", { status, reason: "spam" });
      expect(banned.status).toBe(204);
      hold.release();
      await first;
      expect(await a!.closed).toBe(closeCodes.accountBarred);
      await b!.say("after");
      expect(await texts()).toEqual(["first", "after"]);
      expect(
        a!.events.flatMap((event) => (event.type === "message.sent" ? [event.message.body.text] : [])),
      ).not.toContain("after");
      expect(await alice.connect().catch(String)).toContain("1006");
    });
  }

  for (const [status, by] of [
    ["banned", () => mona],
    ["suspended", () => adam],
  ] as const) {
    test(`${status}: everybody knows at once, and nothing can be sent to them until they may come back`, async () => {
      await b!.say("before", "direct:1:2");
      const change = (to: string) =>
        by().fetch("PUT", "/api/people/1/status", { status: to, reason: "spam" });
      expect((await change(status)).status).toBe(204);
      await b!.event("person.changed", ({ person }) => person.barred === true);
      expect(b!.events.findLast(({ type }) => type === "person.changed")).toEqual({
        type: "person.changed",
        person: { id: 1, name: "alice", barred: true },
      });
      // Nobody waits out the grace of somebody who has only lost the connection.
      const late = (await bob.enter()).entered;
      expect(late.online).not.toContain(1);
      expect(late.people).toContainEqual({ id: 1, name: "alice", barred: true });
      const error = await b!.ask("message.send", sending("lost?", "direct:1:2"), "error");
      expect(error).toMatchObject({
        code: "person_barred",
        message: "This account is locked; nothing can be sent to it at the moment.",
      });
      expect(error.retryAfter).toBeUndefined();
      const page = await b!.ask("history.read", { conversation: "direct:1:2" }, "history.page");
      expect(page.messages).toMatchObject([{ body: { text: "before" } }]);
      time.advance(200);
      await b!.event("presence.changed", ({ offline }) => offline.includes(1));
      expect((await adam.fetch("PUT", "/api/people/1/role", { role: "moderator" })).status).toBe(204);
      await b!.event("person.changed", ({ person }) => person.role === "moderator" && person.barred === true);

      expect((await change("active")).status).toBe(by() === mona ? 403 : 204);
      if (by() === mona) await adam.fetch("PUT", "/api/people/1/status", { status: "active", reason: "" });
      await b!.event("person.changed", ({ person }) => person.role === "moderator" && !person.barred);
      await b!.say("welcome back", "direct:1:2");
      await alice.signIn();
      const { online } = (await alice.enter()).entered;
      expect(online).toContain(1);
      time.advance(200);
      await b!.event("presence.changed", ({ online }) => online.includes(1));
    });
  }

  test("is not online either for who comes while their lost connection is still waited for", async () => {
    a!.close();
    await a!.closed;
    const here = async () => (await bob.enter()).entered.online;
    expect(await here()).toContain(1);
    await mona.fetch("PUT", "/api/people/1/status", { status: "banned", reason: "" });
    expect(await here()).not.toContain(1);
  });

  test("the store refuses what would be appended in their name", async () => {
    await mona.fetch("PUT", "/api/people/1/status", { status: "banned", reason: "" });
    const draft = {
      conversation: "group",
      author: 1,
      clientId: crypto.randomUUID(),
      body: { text: "x" },
      createdAt: 1,
    };
    expect(await server.store.messages.append([draft as never])).toEqual([
      { kind: "refused", code: "account_barred" },
    ]);
  });
});
