import { beforeAll, beforeEach, expect, test } from "bun:test";
import { Person, password } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const { server, time, contents } = stage({ once: true, clock: true });
beforeAll(async () => {
  for (const name of ["Alice", "tim.burns", "o0o", "willow", "x.1-2", "Sylvie"])
    await new Person(server, name).register();
});
beforeEach(() => {
  time.leap(10 * 60_000);
});

const register = (name: string) => new Person(server, name).fetch("POST", "/api/account", { name, password });

for (const [name, message] of [
  ["alice", "That username is taken."],
  ["aIice", "That username is taken, or looks like one that is."],
  ["a1ice", "That username is taken, or looks like one that is."],
  ["tirn.bums", "That username is taken, or looks like one that is."],
  ["tim_burns", "That username is taken, or looks like one that is."],
  ["tim-burns", "That username is taken, or looks like one that is."],
  ["OOo", "That username is taken, or looks like one that is."],
  ["vvillow", "That username is taken, or looks like one that is."],
  ...[
    "alice.",
    "-alice",
    "a.lice",
    "al1ce",
    "AL-LCE",
    "timburns",
    "t1m..burns",
    "wi-llow",
    "v.villow",
    "x12",
    "sy1v1e",
  ].map((name) => [name, "That username is taken, or looks like one that is."] as const),
  ["admin", "That username is reserved."],
  ["Adrnin", "That username is reserved."],
  ["System", "That username is reserved."],
  ["secure_chat", "That username is reserved."],
  ["0wner", "That username is reserved."],
  ...[
    "admin.",
    "ADM1N",
    "-admin",
    "a.d.m.i.n",
    "Deleted-user",
    "De1eted_User",
    "h-ere",
    "every.one",
    "Everybody",
  ].map((name) => [name, "That username is reserved."] as const),
] as const)
  test(`nobody can be called ${name}: ${message}`, async () => {
    const before = contents().users;
    const response = await register(name);
    const { error } = await response.json();
    expect([response.status, error]).toEqual([409, { code: "name_taken", field: "name", message }]);
    expect(contents().users).toEqual(before);
  });

test("nobody can be called by signs without a letter or digit", async () => {
  for (const name of ["...", "-_-_", "___"]) {
    const response = await register(name);
    const { error } = await response.json();
    const message = "Name must have a letter or digit.";
    expect([response.status, error]).toEqual([400, { code: "invalid", field: "name", message }]);
  }
});

test("other names are given", async () => {
  for (const name of ["alicia", "tim.bern", "willows", "administer", "a2ice", "x-3", "deleter"])
    expect([name, (await register(name)).status]).toEqual([name, 201]);
});

test("what looks like the name of a deleted account is free again", async () => {
  const person = await new Person(server, "willie").register();
  expect((await register("wi11ie")).status).toBe(409);
  await person.signIn();
  expect((await person.fetch("DELETE", "/api/account", { messages: "keep" })).status).toBe(204);
  expect((await register("wi11ie")).status).toBe(201);
});
