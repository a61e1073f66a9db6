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
    const { connect, server, told } = setUp();
    connect();
    server.cut(code);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(sentence);
  });
}

test("too many sockets pauses this one, and it can be tried again", () => {
  const { connect, server, chat, told } = setUp();
  connect();
  server.cut(closeCodes.tooManySockets);
  expect(chat.connection.trouble).toEqual({ kind: "closed" });
  connect();
  expect([chat.connection.trouble, told]).toEqual([null, []]);
});

test("a socket that will not open makes us ask whether the session is still there", () => {
  const { chat, sockets, told } = setUp();
  chat.connection.connect();
  sockets.last.cut();
  expect(told).toEqual(["doubted"]);
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
