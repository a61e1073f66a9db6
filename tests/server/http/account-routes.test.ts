import { beforeEach, describe, expect, test } from "bun:test";
import { closeCodes } from "../../../server/protocol/close-codes.ts";
import { outcome, outcomeOf } from "../../support/outcome.ts";
import { Person, password, sending } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const other = "another horse battery";
let phone: Person;
const { server, alice, bob, contents, time } = stage({ clock: true, people: ["alice", "bob"] });
beforeEach(async () => {
  phone = await new Person(server, "alice").logIn();
});

const codeOf = async (response: Response) => (await response.json()).error.code;
const change = (person: Person, current: string, next: string) =>
  person.fetch("PUT", "/api/account/password", { current, password: next });

describe("ASVS 7.4.1 signing out", () => {
  test("ends this session and its sockets, and no other", async () => {
    const replayed = alice.cookies;
    const [one, two, other] = [await alice.enter(), await alice.enter(), await phone.enter()];
    expect((await alice.fetch("DELETE", "/api/session")).status).toBe(204);
    expect([await one.closesSoon(), await two.closesSoon()]).toEqual([
      closeCodes.signedOut,
      closeCodes.signedOut,
    ]);
    expect(await alice.status(replayed)).toBe(401);
    expect(await outcomeOf(alice.connect({ cookie: replayed }))).toThrow("The socket closed");
    expect((await other.say("still here")).seq).toBe(1);
    expect(await phone.status()).toBe(200);
  });

  test("nothing sent after it is stored", async () => {
    const socket = await alice.enter();
    const leaving = alice.fetch("DELETE", "/api/session");
    await leaving;
    socket.send("message.send", sending("late"));
    await socket.closed;
    expect(contents().chat_messages).toEqual([]);
  });

  test("twice is refused the second time", async () => {
    const cookie = alice.cookies;
    await alice.fetch("DELETE", "/api/session");
    expect((await alice.fetch("DELETE", "/api/session", undefined, { cookie })).status).toBe(401);
  });
});

describe("ASVS 6.2.2 6.2.3 changing the password", () => {
  test("ASVS 7.4.3 ends every other session at once; this browser goes on with a new one", async () => {
    const [before, stolen] = [alice.cookies, phone.cookies];
    const [here, there, friend] = [await alice.enter(), await phone.enter(), await bob.enter()];
    expect((await change(alice, password, other)).status).toBe(204);
    expect(await here.closesSoon()).toBe(closeCodes.restarting);
    expect(await there.closesSoon()).toBe(closeCodes.signedOut);
    expect(alice.cookies).not.toBe(before);
    expect([await alice.status(before), await phone.status(stolen), await alice.status()]).toEqual([
      401, 401, 200,
    ]);
    expect((await (await alice.enter()).say("back again")).author).toBe(1);
    await friend.event("message.sent");
    expect(contents().sessions).toHaveLength(2);
  });

  test("makes the new one the only one", async () => {
    await change(alice, password, other);
    expect((await phone.signIn(password)).status).toBe(401);
    expect((await phone.signIn(other)).status).toBe(200);
  });

  test("needs the current one, and changes nothing without it", async () => {
    const socket = await phone.enter();
    const before = contents();
    const refused = await change(alice, "a wrong password", other);
    expect(await outcome(refused)).toEqual([403, "wrong_password"]);
    expect(contents()).toEqual(before);
    await socket.ask("ping", {}, "pong");
    expect(await alice.status()).toBe(200);
  });

  test("takes only what registering takes", async () => {
    const before = contents();
    for (const next of ["1234567", "p".repeat(257), "p".repeat(9).concat("\ud800")]) {
      const refused = await change(alice, password, next);
      expect([refused.status, (await refused.json()).error.field]).toEqual([400, "password"]);
    }
    expect(contents()).toEqual(before);
  });

  test("ASVS 6.3.1 a stolen session guesses the password no more often than a stranger, from wherever", async () => {
    const codes: string[] = [];
    for (let guess = 0; guess < 25; guess++)
      codes.push(await codeOf(await change(phone, `guess ${guess}`, other)));
    expect(codes).toEqual([...Array(20).fill("wrong_password"), ...Array(5).fill("rate_limited")]);
    expect((await change(alice, password, other)).status).toBe(204);
    expect(await phone.status()).toBe(401);
  });
});

const remove = (person: Person, messages = "keep") => person.fetch("DELETE", "/api/account", { messages });

describe("deleting the account", () => {
  test("ASVS 7.5.3 needs a proof within the last ten minutes of who asks for it", async () => {
    time.leap(11 * 60_000);
    const before = contents().users;
    const refused = await remove(alice);
    expect(await outcome(refused)).toEqual([403, "proof_needed"]);
    expect(contents().users).toEqual(before);
    expect((await alice.fetch("POST", "/api/proof", { password })).status).toBe(200);
    expect((await remove(alice)).status).toBe(204);
  });

  test("ASVS 7.4.2 ends every session and closes every socket", async () => {
    const replayed = [alice.cookies, phone.cookies];
    const [here, there] = [await alice.enter(), await phone.enter()];
    expect((await remove(alice)).status).toBe(204);
    expect([await here.closesSoon(), await there.closesSoon()]).toEqual([
      closeCodes.accountDeleted,
      closeCodes.accountDeleted,
    ]);
    for (const cookie of replayed) expect(await alice.status(cookie)).toBe(401);
    expect((await alice.signIn()).status).toBe(401);
  });

  test("leaves the messages, as those of someone deleted, to everyone", async () => {
    const [a, b] = [await alice.enter(), await bob.enter()];
    await a.say("for all");
    await a.say("for bob", "direct:1:2");
    await remove(alice);
    expect(await b.event("person.deleted")).toEqual({ type: "person.deleted", id: 1 });
    const { entered } = await bob.enter();
    expect(entered.people).toEqual([
      { id: 1, name: null },
      { id: 2, name: "bob" },
    ]);
    for (const conversation of ["group", "direct:1:2"]) {
      const page = await b.ask("history.read", { conversation }, "history.page");
      expect(page.messages.map(({ author }) => author)).toEqual([1]);
    }
    b.send("message.send", {
      conversation: "direct:1:2",
      clientId: crypto.randomUUID(),
      body: { text: "?" },
    });
    expect((await b.event("error")).code).toBe("person_deleted");
  });

  test("keeps nothing of the person but the id", async () => {
    await alice.fetch("PATCH", "/api/account/preferences", { theme: "dark" });
    await remove(alice);
    const { users, sessions, memberships } = contents() as Record<string, { user_id?: number }[]>;
    expect(users![0] as object).toEqual({
      id: 1,
      name: null,
      name_key: null,
      likeness: null,
      password_hash: null,
      preferences: "{}",
      role: "member",
      standing: "active",
      standing_reason: null,
      muted_until: null,
      created_at: expect.any(Number),
      last_sign_in_at: null,
      has_recovery: 0,
      erasing: 0,
    });
    const rest = [...sessions!, ...memberships!];
    expect(rest.filter(({ user_id }) => user_id === 1)).toEqual([]);
  });

  test("frees the name, whose next owner inherits nothing", async () => {
    const [a, b] = [await alice.enter(), await bob.enter()];
    await a.say("secret of the first", "direct:1:2");
    const former = alice.cookies;
    await remove(alice);

    const next = await new Person(server, "ALICE").register();
    const { entered } = await next.enter();
    expect(entered.me).toEqual({ id: 3, name: "ALICE" });
    expect(entered.conversations.map(({ id }) => id)).toEqual(["group"]);
    expect(await alice.status(former)).toBe(401);
    const socket = await next.enter();
    socket.send("history.read", { conversation: "direct:1:2" });
    expect((await socket.event("error")).code).toBe("unknown_conversation");
    await b.say("for the new one", "direct:2:3");
    const { message } = await socket.event("message.sent");
    expect([message.conversation, message.seq]).toEqual(["direct:2:3", 1]);
    expect((await next.signIn(other)).status).toBe(401);
  });
});
