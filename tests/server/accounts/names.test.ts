import { afterAll, beforeAll, expect, test } from "bun:test";
import { contentsOf, database } from "../../support/database.ts";
import { Person, password } from "../../support/person.ts";
import { startServer, type TestServer } from "../../support/server.ts";

const { db, store } = database();
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ store });
  for (const name of ["Alice", "tim.burns", "o0o", "willow"]) await new Person(server, name).register();
});
afterAll(async () => {
  await server.stop();
  expect(server.bugs).toEqual([]);
});

const register = (name: string) => new Person(server, name).fetch("POST", "/api/account", { name, password });

for (const [name, message] of [
  ["alice", "That user name is taken."],
  ["aIice", "That user name is taken, or looks like one that is."],
  ["a1ice", "That user name is taken, or looks like one that is."],
  ["tirn.bums", "That user name is taken, or looks like one that is."],
  ["tim_burns", "That user name is taken, or looks like one that is."],
  ["tim-burns", "That user name is taken, or looks like one that is."],
  ["OOo", "That user name is taken, or looks like one that is."],
  ["vvillow", "That user name is taken, or looks like one that is."],
  ["admin", "That user name is reserved."],
  ["Adrnin", "That user name is reserved."],
  ["System", "That user name is reserved."],
  ["secure_chat", "That user name is reserved."],
  ["0wner", "That user name is reserved."],
] as const)
  test(`nobody can be called ${name}: ${message}`, async () => {
    const before = contentsOf(db).users;
    const response = await register(name);
    const { error } = await response.json();
    expect([response.status, error]).toEqual([409, { code: "name_taken", field: "name", message }]);
    expect(contentsOf(db).users).toEqual(before);
  });

test("other names are given", async () => {
  for (const name of ["alicia", "tim.bern", "willows", "administer"])
    expect([name, (await register(name)).status]).toEqual([name, 201]);
});

test("what looks like the name of a deleted account is free again", async () => {
  const person = await new Person(server, "willie").register();
  expect((await register("wi11ie")).status).toBe(409);
  await person.signIn();
  expect((await person.fetch("DELETE", "/api/account", { messages: "keep" })).status).toBe(204);
  expect((await register("wi11ie")).status).toBe(201);
});
