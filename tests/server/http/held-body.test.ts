import { expect, test } from "bun:test";
import type { CodeOffer } from "../../../server/protocol/second-factor.ts";
import { Authenticator } from "../../support/authenticator.ts";
import { Person, password } from "../../support/person.ts";
import { type Answer, answer, connection } from "../../support/raw.ts";
import { stage } from "../../support/stage.ts";

const { server, people } = stage({ once: true, people: { olga: "owner", adam: "admin", mia: "member" } });

/** Sends the head of a request, and its body when the function that it gives is called; that gives the answer. */
async function held(
  person: Person,
  method: string,
  path: string,
  body: unknown,
): Promise<() => Promise<Answer>> {
  const socket = await connection(server);
  const text = JSON.stringify(body);
  const received: Buffer[] = [];
  socket.on("data", (data: Buffer) => received.push(data));
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const { pendingRequests } = server.server;
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${new URL(server.origin).host}`,
    `Origin: ${server.origin}`,
    `Cookie: ${person.cookies}`,
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(text)}`,
    "Connection: close",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  while (server.server.pendingRequests === pendingRequests) await new Promise(setImmediate);
  return async () => {
    socket.write(text);
    await closed;
    return answer(Buffer.concat(received).toString("latin1"));
  };
}

test("ASVS 8.3.2 7.4.1 who was suspended while a request was on its way does nothing by it", async () => {
  const { olga, adam } = people;
  const asked = [
    await held(adam!, "POST", "/api/invites", { label: "", expiresIn: null, maxUses: null }),
    await held(adam!, "PUT", "/api/people/3/status", { status: "suspended", reason: "revenge" }),
    await held(adam!, "PUT", "/api/people/3/role", { role: "moderator" }),
    await held(adam!, "POST", "/api/account/export", { format: "json" }),
  ];
  const fired = { status: "suspended", reason: "fired" };
  expect((await olga!.fetch("PUT", "/api/people/2/status", fired)).status).toBe(204);
  for (const send of asked) expect((await send()).status).toBe(401);
  expect(await server.store.users.byId(3)).toMatchObject({ role: "member", status: "active" });
  expect((await olga!.get("/api/invites")).invites).toEqual([]);
});

test("ASVS 7.4.3 whose session ended with a new password while a request was on its way leaves nothing behind", async () => {
  const { mia } = people;
  const thief = await new Person(server, "mia").logIn();
  const { ticket, secret } = (await (await thief.fetch("POST", "/api/account/code", {})).json()) as CodeOffer;
  const code = new Authenticator(secret).at(Date.now());
  const confirm = await held(thief, "PUT", "/api/account/code", { ticket, code });
  const changed = { current: password, password: "another horse battery" };
  expect((await mia!.fetch("PUT", "/api/account/password", changed)).status).toBe(204);
  expect((await confirm()).status).toBe(401);
  expect(await server.store.factors.totp(3)).toBeNull();
});
