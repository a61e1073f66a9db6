import { expect, test } from "bun:test";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { openChat } from "../fakes/client.ts";
import { ModelServer } from "../fakes/model-server.ts";

function setUp() {
  const server = new ModelServer();
  return { server, ...openChat(server) };
}

for (const [code, sentence] of [
  [closeCodes.signedOut, /logged out/],
  [closeCodes.sessionExpired, /long time/],
  [closeCodes.accountDeleted, /deleted/],
  [closeCodes.accountBarred, /locked/],
] as const) {
  test(`${code} says why`, () => {
    const { connect, server, said } = setUp();
    connect();
    server.cut(code);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(sentence);
  });
}

test("too many sockets pauses this one, which says so and looks for a place by itself, less and less often", () => {
  const { connect, server, chat, said, sockets, system } = setUp();
  connect();
  server.cut(closeCodes.tooManySockets);
  expect(chat.connection.trouble).toEqual({ kind: "crowded" });
  const waits = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000];
  for (const [at, wait] of waits.entries()) {
    system.advance(wait - 1);
    expect(sockets.all).toHaveLength(at + 1);
    system.advance(1);
    expect(sockets.all).toHaveLength(at + 2);
    server.accept(sockets.last);
    expect(chat.connection.trouble).toEqual({ kind: "crowded" });
    server.cut(closeCodes.tooManySockets);
  }
  system.advance(30_000);
  server.accept(sockets.last);
  server.settle();
  expect([chat.connection.trouble, chat.connection.entered, said]).toEqual([null, true, []]);
});

test("who comes to a paused tab has a place looked for at once, and soon again", () => {
  const { connect, server, chat, sockets, system } = setUp();
  connect();
  for (const wait of [500, 1_000, 2_000, 4_000, 0]) {
    server.cut(closeCodes.tooManySockets);
    system.advance(wait);
    if (wait > 0) server.accept(sockets.last);
  }
  const before = sockets.all.length;
  chat.connection.wake();
  expect(sockets.all).toHaveLength(before + 1);
  server.accept(sockets.last);
  server.cut(closeCodes.tooManySockets);
  system.advance(500);
  server.accept(sockets.last);
  server.settle();
  expect([chat.connection.trouble, sockets.all.length]).toEqual([null, before + 2]);
});

test("a paused tab that is left looks for nothing any more, and one whose network fails says that instead", () => {
  const { connect, server, chat, sockets, system } = setUp();
  connect();
  server.cut(closeCodes.tooManySockets);
  system.advance(500);
  sockets.last.cut();
  expect(chat.connection.trouble).toEqual({ kind: "waiting", seconds: 1 });
  system.advance(1_000);
  server.accept(sockets.last);
  server.cut(closeCodes.tooManySockets);
  chat.connection.close();
  const before = sockets.all.length;
  system.advance(3_600_000);
  expect([chat.connection.trouble, sockets.all.length]).toEqual([null, before]);
});

test("a socket that will not open makes us ask whether the session is still there", () => {
  const { chat, sockets, said } = setUp();
  chat.connection.connect();
  sockets.last.cut();
  expect(said).toEqual(["doubted"]);
});

test("a short interruption is not worth a word; a longer one counts down", () => {
  const { connect, server, chat, sockets, system } = setUp();
  connect();
  server.cut();
  expect(chat.connection.trouble).toBeNull();
  system.advance(500);
  sockets.last.cut();
  expect(chat.connection.trouble).toEqual({ kind: "waiting", seconds: 1 });
  system.advance(1_000);
  expect(chat.connection.trouble).toEqual({ kind: "trying" });
  sockets.last.cut();
  const seconds = [];
  for (let count = 0; count < 2; count++) {
    seconds.push(chat.connection.trouble);
    system.advance(1_000);
  }
  expect(seconds).toEqual([2, 1].map((left) => ({ kind: "waiting", seconds: left }) as const));
  server.accept(sockets.last);
  server.settle();
  expect(chat.connection.trouble).toBeNull();
});
