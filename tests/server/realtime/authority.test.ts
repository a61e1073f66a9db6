import { beforeEach, describe, expect, test } from "bun:test";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { holdNext } from "../../support/hold.ts";
import { Person, type Socket } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";
import { Wire } from "../../support/wire.ts";
import { logOf } from "../store/conformance/ground.ts";

let bob: Socket;
const { server, alice } = stage({ clock: true, people: ["alice"] });
beforeEach(async () => {
  bob = await (await new Person(server, "bob").register()).enter();
});

const text = (text: string, clientId: string = crypto.randomUUID()) => ({
  type: "message.send",
  ref: "r",
  conversation: "group",
  clientId,
  body: { text },
});

describe("ASVS 7.4.1 a session that ended", () => {
  const endings: [string, () => Promise<unknown>, number][] = [
    ["by logging out", () => alice.fetch("DELETE", "/api/session", {}), closeCodes.signedOut],
    [
      "with the account",
      () => alice.fetch("DELETE", "/api/account", { messages: "keep" }),
      closeCodes.accountDeleted,
    ],
  ];
  for (const [how, end, code] of endings) {
    test(`${how} hears nothing more, and what it says does not count`, async () => {
      const wire = await Wire.open(server, alice);
      await bob.say("before");
      await end();
      await bob.say("after");
      const inPrivate = { ...text("psst, after"), conversation: "direct:1:2" };
      bob.raw.send(JSON.stringify(inPrivate));
      wire.send(text("still here"));
      wire.send({ type: "history.read", ref: "h", conversation: "group" });
      await bob.ask("ping", {}, "pong");
      const drained = await wire.drain();
      const heard = Buffer.concat(wire.received).toString("latin1");
      expect(drained.code).toBe(code);
      expect(heard).toContain("before");
      expect(heard).not.toContain("after");
      expect(heard).not.toContain("history.page");
      expect((await logOf(server.store)).map(({ body }) => body.text)).toEqual(["before", "after"]);
    });
  }

  test("leaves the sockets of the person's other sessions alone", async () => {
    const phone = await new Person(server, "alice").logIn();
    const [laptopSocket, phoneSocket] = [await alice.enter(), await phone.enter()];
    await alice.fetch("DELETE", "/api/session", {});
    expect(await laptopSocket.closed).toBe(closeCodes.signedOut);
    await phoneSocket.say("still in");
  });

  test("between the check of the upgrade and the opening of the socket closes it too", async () => {
    const hold = holdNext(server.store.sessions, "find");
    const connecting = alice.connect();
    await hold.reached;
    expect((await alice.fetch("DELETE", "/api/session", {})).status).toBe(204);
    hold.release();
    expect(await (await connecting).closed).toBe(closeCodes.signedOut);
    await bob.say("after");
    expect(server.server.subscriberCount("group")).toBe(1);
  });

  test("opens no socket any more", async () => {
    const { cookies } = alice;
    await alice.fetch("DELETE", "/api/session", {});
    const error = await alice.connect({ cookie: cookies }).catch(String);
    expect(error).toContain("1006");
  });
});

describe("a server that stops", () => {
  test("stores and answers what it had taken, then tells everyone to come back", async () => {
    const socket = await alice.enter();
    const hold = holdNext(server.store.messages, "append");
    socket.raw.send(JSON.stringify(text("taken")));
    await hold.reached;
    const draining = server.app.drain();
    socket.raw.send(JSON.stringify(text("too late")));
    hold.release();
    await draining;
    expect(await socket.closed).toBe(closeCodes.restarting);
    expect(await bob.closed).toBe(closeCodes.restarting);
    for (const { events } of [socket, bob]) {
      const sent = events.flatMap((event) =>
        event.type === "message.sent" ? [event.message.body.text] : [],
      );
      expect(sent).toEqual(["taken"]);
    }
    expect((await logOf(server.store)).map(({ body }) => body.text)).toEqual(["taken"]);
  });
});
