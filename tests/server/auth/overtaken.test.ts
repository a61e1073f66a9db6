import { beforeEach, describe, expect, test } from "bun:test";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { holdNext } from "../../support/hold.ts";
import { Person, password } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

let thief: Person;
const { server, alice, contents } = stage({ people: ["alice"] });
beforeEach(() => {
  thief = new Person(server, "alice");
});

const other = "another horse battery";
const change = (person: Person, to: string) =>
  person.fetch("PUT", "/api/account/password", { current: password, password: to });
const remove = (person: Person) => person.fetch("DELETE", "/api/account", { messages: "keep" });
const codeOf = async (response: Response) => (await response.json()).error.code;
const sessions = () => contents().sessions!;

describe("ASVS 7.4.3 who knew the former password does not stay, however the requests meet", () => {
  test("a sign-in that was being checked while the password changed", async () => {
    const check = holdNext(server.store.users, "byName");
    const signIn = thief.signIn();
    await check.reached;
    expect((await change(alice, other)).status).toBe(204);
    check.release();
    expect(await codeOf(await signIn)).toBe("wrong_credentials");
    expect(thief.cookies).toBe("");
    expect(sessions()).toHaveLength(1);
    expect((await alice.fetch("GET", "/api/account")).status).toBe(200);
  });

  test("a sign-in that was being stored while the password changed", async () => {
    const start = holdNext(server.store.sessions, "create");
    const signIn = thief.signIn();
    await start.reached;
    expect((await change(alice, other)).status).toBe(204);
    start.release();
    expect((await signIn).status).toBe(401);
    expect(sessions()).toHaveLength(1);
  });

  test("a change of the password that was being checked while another one was made", async () => {
    await thief.signIn();
    const proof = holdNext(server.store.users, "byId");
    const theft = change(thief, "the thief's own password");
    await proof.reached;
    expect((await change(alice, other)).status).toBe(204);
    proof.release();
    expect(await codeOf(await theft)).toBe("wrong_password");
    expect((await new Person(server, "alice").signIn(other)).status).toBe(200);
    expect((await new Person(server, "alice").signIn("the thief's own password")).status).toBe(401);
  });

  test("a deletion that was being checked while the password changed", async () => {
    await thief.signIn();
    const guard = holdNext(server.store.sessions, "find");
    const theft = remove(thief);
    await guard.reached;
    await change(alice, other);
    guard.release();
    expect(await codeOf(await theft)).toBe("not_signed_in");
    expect((await alice.fetch("GET", "/api/account")).status).toBe(200);
  });
});

describe("a deleted account stays deleted", () => {
  test("a sign-in that was being checked leaves nothing", async () => {
    const check = holdNext(server.store.users, "byName");
    const signIn = thief.signIn();
    await check.reached;
    expect((await remove(alice)).status).toBe(204);
    check.release();
    expect((await signIn).status).toBe(401);
    expect(sessions()).toEqual([]);
  });

  test("a change of the password that was being checked leaves nothing", async () => {
    await thief.signIn();
    const proof = holdNext(server.store.users, "byId");
    const late = change(thief, other);
    await proof.reached;
    await remove(alice);
    proof.release();
    expect((await late).status).toBe(403);
    expect(contents().users).toMatchObject([{ name: null, password_hash: null }]);
  });
});

describe("ASVS 7.4.1 a socket that was being opened while its session ended is closed", () => {
  const endings: [string, () => Promise<Response>][] = [
    ["by signing out", () => alice.fetch("DELETE", "/api/session")],
    ["by a change of the password", () => change(alice, other)],
    ["with the account", () => remove(alice)],
  ];
  for (const [name, end] of endings) {
    test(name, async () => {
      const cookie = alice.cookies;
      const find = holdNext(server.store.sessions, "find");
      const opening = alice.connect({ cookie });
      await find.reached;
      expect((await end()).status).toBe(204);
      find.release();
      expect(await (await opening).closed).toBe(closeCodes.signedOut);
    });
  }
});

test("ASVS 2.3.3 a change of the password that cannot end the sessions has changed nothing", async () => {
  await thief.signIn();
  server.db.run("create trigger stop before update on users begin select raise(abort, 'no'); end");
  const before = contents();
  expect((await change(alice, other)).status).toBe(500);
  expect(contents()).toEqual(before);
  expect(server.bugs.splice(0)).toHaveLength(1);
  server.db.run("drop trigger stop");
  expect((await change(alice, other)).status).toBe(204);
});

test("two people who want one name at once: one gets it", async () => {
  const people = Array.from({ length: 8 }, (_, at) => new Person(server, at % 2 ? "Carol" : "carol"));
  const statuses = await Promise.all(
    people.map(
      async (person) => (await person.fetch("POST", "/api/account", { name: person.name, password })).status,
    ),
  );
  expect(statuses.toSorted()).toEqual([201, ...Array(7).fill(409)]);
});
