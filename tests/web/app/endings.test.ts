import { expect, test } from "bun:test";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { openChat } from "../fakes/client.ts";
import { ModelServer } from "../fakes/model-server.ts";

function connected() {
  const client = openChat(new ModelServer());
  client.connect();
  return client;
}
/** Lets what was promised come true. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("where more has to be proven, the server is asked who one is; where it is content, the chat goes on", async () => {
  const { chat, sockets, said } = connected();
  sockets.last.cut(closeCodes.proofNeeded);
  expect(said).toEqual(["doubted"]);
  expect(sockets.all).toHaveLength(1);
  await settled();
  expect(sockets.all).toHaveLength(2);
  expect(chat.connection.trouble).toBeNull();
});

test("and a chat that was left meanwhile does not come back", async () => {
  const { chat, sockets, said } = connected();
  sockets.last.cut(closeCodes.proofNeeded);
  chat.close();
  await settled();
  expect([said, sockets.all.length]).toEqual([["doubted"], 1]);
});

test("an account that was locked ends the session, with a sentence about it", async () => {
  const { sockets, said } = connected();
  sockets.last.cut(closeCodes.accountBarred);
  await settled();
  expect(said).toEqual([expect.stringMatching(/locked/)]);
  expect(sockets.all).toHaveLength(1);
});
