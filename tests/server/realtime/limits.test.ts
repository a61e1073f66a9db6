import { afterEach, describe, expect, test } from "bun:test";
import { closeCodes, shouldReconnect } from "../../../server/protocol/close-codes.ts";
import { limits } from "../../../server/protocol/limits.ts";
import type { ServerSettings } from "../../../server/protocol/settings.ts";
import { type Clock, clock } from "../../support/clock.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { Person, type Socket, sending } from "../../support/person.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { logOf } from "../store/conformance/ground.ts";

let server: TestServer;
let time: Clock;
let alice: Person;
async function start(env: Record<string, string> = {}, settings: Partial<ServerSettings> = {}) {
  time = clock();
  server = await startServer({ system: time, env, settings });
  alice = await new Person(server, "alice").register();
}
afterEach(async () => {
  await server.stop();
  expect(server.bugs).toEqual([]);
});

const refused = (socket: Socket, text: string) => socket.ask("message.send", sending(text), "error");

describe("ASVS 2.3.2 the size of a message", () => {
  test("is bounded in bytes: one more is refused with a sentence, and the socket stays", async () => {
    await start();
    const socket = await alice.enter();
    const longest = ["x".repeat(limits.messageMaxBytes), "€".repeat(Math.floor(limits.messageMaxBytes / 3))];
    for (const text of longest) expect((await socket.say(text)).body.text).toBe(text);
    for (const text of longest) {
      expect(await refused(socket, `${text}é`)).toMatchObject({
        code: "message_too_large",
        message: "That message is too long.",
      });
    }
    expect(await logOf(server.store)).toHaveLength(2);
  });

  test("counts what was written, not how JSON spells it", async () => {
    await start();
    const socket = await alice.enter();
    const text = '"\\\n'.repeat(limits.messageMaxBytes / 3);
    expect((await socket.say(text)).body.text).toBe(text);
    const clientId = crypto.randomUUID();
    const spelled = "\\u0078".repeat(limits.messageMaxBytes);
    socket.raw.send(
      `{"type":"message.send","ref":"x","conversation":"group","clientId":"${clientId}","body":{"text":"${spelled}"}}`,
    );
    const { message } = await socket.event("message.sent", (event) => event.message.clientId === clientId);
    expect(message.body.text).toBe("x".repeat(limits.messageMaxBytes));
  });

  test("can be set lower", async () => {
    await start({ MAX_MESSAGE_BYTES: "10" });
    const socket = await alice.enter();
    await socket.say("0123456789");
    expect(await refused(socket, "0123456789!")).toMatchObject({ code: "message_too_large" });
    expect(await refused(socket, "€€€é")).toMatchObject({ code: "message_too_large" });
    await socket.say("€€€x");
  });
});

describe("the rate of a user", () => {
  test("is bounded over all sockets; the refusal says truly when to try again", async () => {
    await start({ MESSAGE_BURST: "3", MESSAGES_PER_MINUTE: "30" });
    const [phone, laptop] = [await alice.enter(), await alice.enter()];
    await phone.say("one");
    await laptop.say("two");
    await phone.say("three");
    const refusal = await refused(laptop, "four");
    expect(refusal).toMatchObject({ code: "rate_limited", retryAfter: 2000 });
    time.advance(refusal.retryAfter! - 1);
    expect(await refused(phone, "too early")).toMatchObject({ code: "rate_limited", retryAfter: 1 });
    time.advance(1);
    await laptop.say("four");
    expect(await refused(laptop, "five")).toMatchObject({ code: "rate_limited" });
    const bob = await (await new Person(server, "bob").register()).enter();
    await bob.say("bob is not slowed");
  });

  test("what was refused stores nothing, and the same message is taken later", async () => {
    await start({ MESSAGE_BURST: "1", MESSAGES_PER_MINUTE: "60" });
    const socket = await alice.enter();
    await socket.say("one");
    const later = sending("later");
    await socket.ask("message.send", later, "error");
    time.advance(1000);
    expect(await socket.say("later", "group", later.clientId)).toMatchObject({ seq: 2 });
  });
});

describe("limits that were set before the server started", () => {
  test.each([
    { messageBurst: 5, messagesPerMinute: 6, messageBytes: 40 },
    { messageBurst: 100, messagesPerMinute: 3000, messageBytes: 4000 },
  ])("hold, whatever the environment says: %p", async (limits) => {
    const { messageBurst, messagesPerMinute, messageBytes } = limits;
    await start({}, limits);
    const socket = await alice.enter();
    expect(socket.entered.messageBytes).toBe(messageBytes);
    expect(socket.entered.now).toBe(time.now());
    expect(await refused(socket, "x".repeat(messageBytes + 1))).toMatchObject({ code: "message_too_large" });
    time.advance(60_000);
    for (let sent = 0; sent < messageBurst; sent++) await socket.say("x".repeat(messageBytes));
    expect(await refused(socket, "more")).toMatchObject({
      code: "rate_limited",
      retryAfter: 60_000 / messagesPerMinute,
    });
    // The messages and the one too many were frames too.
    for (let left = 200 + messageBurst - 1; left > 0; left--) socket.send("ping");
    expect(await socket.ask("ping", {}, "error")).toMatchObject({
      code: "rate_limited",
      retryAfter: Math.ceil(60_000 / (1200 + 2 * messagesPerMinute)),
    });
  });
});

describe("the sockets of a user", () => {
  test("are bounded: one more is closed with a code that says to stay away, the others stay", async () => {
    await start({ SOCKETS_PER_USER: "3" });
    const sockets = [await alice.enter(), await alice.enter(), await alice.enter()];
    const fourth = await alice.connect();
    fourth.send("chat.enter");
    expect(await fourth.closed).toBe(closeCodes.tooManySockets);
    expect(fourth.events).toEqual([]);
    expect(shouldReconnect(closeCodes.tooManySockets)).toBe(false);
    for (const socket of sockets) await socket.ask("ping", {}, "pong");
    await (await new Person(server, "bob").register()).enter();
    sockets[0]!.close();
    await sockets[0]!.closed;
    await sockets[1]!.ask("ping", {}, "pong");
    await alice.enter();
  });
});

describe("ASVS 2.4.1 a flood of frames", () => {
  test("is refused, then closed, while another user's round trips go on", async () => {
    await start();
    const bob = await (await new Person(server, "bob").register()).enter();
    const socket = await alice.enter();
    const frame = JSON.stringify({ type: "history.read", ref: "flood", conversation: "group" });
    for (let sent = 0; sent < 20_000; sent++) socket.raw.send(frame);
    for (let at = 0; at < 20; at++) await bob.say(`undisturbed ${at}`);
    expect(await socket.closed).toBe(closeCodes.flooding);
    expect(shouldReconnect(closeCodes.flooding)).toBe(true);
    const answers = socket.events.filter((event) => "ref" in event && event.ref === "flood");
    expect(answers.filter(({ type }) => type === "history.page").length).toBeLessThanOrEqual(260);
    const refusals = answers.filter(({ type }) => type === "error");
    expect(refusals.length).toBe(100);
    expect(refusals.every((event) => event.type === "error" && event.code === "rate_limited")).toBe(true);
  });

  test("that goes on opens no other socket, until it has calmed down", async () => {
    await start();
    const [socket, other] = [await alice.enter(), await alice.enter()];
    for (let sent = 0; sent < 1000; sent++) socket.send("ping");
    expect(await socket.closed).toBe(closeCodes.flooding);
    const upgrade = { upgrade: "websocket", origin: server.origin };
    const refusal = await alice.fetch("GET", "/api/socket", undefined, upgrade);
    expect([refusal.status, refusal.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(await outcomeOf(alice.connect())).toThrow("The socket closed");
    time.advance(1000);
    const again = await alice.enter();
    await other.ask("ping", {}, "pong");
    for (let sent = 0; sent < 100; sent++) again.send("ping");
    expect(await again.closed).toBe(closeCodes.flooding);
    time.advance(60_000);
    await (await alice.enter()).say("calm now");
  });

  test("counts large frames as many", async () => {
    await start();
    const socket = await alice.enter();
    const large = "x".repeat(limits.frameMaxBytes);
    for (let sent = 0; sent < 30; sent++) socket.raw.send(large);
    expect(await socket.closed).toBe(closeCodes.flooding);
    // Of 260 tokens and then 100 each frame takes 17, so that 15 and then 5 are answered.
    const codes = socket.events.flatMap((event) => (event.type === "error" ? [event.code] : []));
    expect(codes).toEqual(Array.from({ length: 20 }, () => "malformed"));
  });
});
