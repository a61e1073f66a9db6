import { expect, test } from "bun:test";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { enrol } from "../../support/authenticator.ts";
import { stage } from "../../support/stage.ts";

const { server, olga, mia, max } = stage({ people: { olga: "owner", mia: "member", max: "member" } });

test("ASVS 6.3.3 who becomes an admin where admins need a second factor gives no command before there is one", async () => {
  const written = await (await max.enter()).say("stays");
  const socket = await mia.enter();
  await enrol(olga, Date.now);
  await olga.changeSettings({ secondFactor: "admins" });
  await socket.ask("ping", {}, "pong");
  expect((await olga.fetch("PUT", "/api/people/2/role", { role: "admin" })).status).toBe(204);
  socket.send("message.delete", { conversation: "group", seq: written.seq });
  expect(await socket.closed).toBe(closeCodes.proofNeeded);
  expect(await server.store.messages.find("group", written.seq)).toMatchObject({ body: { text: "stays" } });
});
