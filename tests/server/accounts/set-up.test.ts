import { describe, expect, test } from "bun:test";
import { linkTokens } from "../../../server/auth/link-tokens.ts";
import { judge } from "../../../server/protocol/strength.ts";
import type { Estimate } from "../../../server/protocol/strength-advice.ts";
import { Refusal } from "../../../server/refusal.ts";
import { outcome } from "../../support/outcome.ts";
import { Person, password } from "../../support/person.ts";
import { post } from "../../support/raw.ts";
import { setUpLink, testPepper } from "../../support/server-settings.ts";
import { stage } from "../../support/stage.ts";

const strong: Estimate = { score: 4, feedback: { warning: null, suggestions: [] } };
const strength = {
  async check(given: string, words: readonly string[]) {
    // All the rules but the estimate itself, for which every password is strong enough.
    const { enough } = judge({ password: given, names: words }, () => strong);
    if (!enough || given === "too easy to guess") throw new Refusal("password_weak", { field: "password" });
  },
};
const env = { MESSAGE_BURST: "7", MESSAGES_PER_MINUTE: "70", MAX_MESSAGE_BYTES: "700" };
const { server, contents } = stage({ settings: null, strength, env });

const token = () => setUpLink(server).split("#")[1]!;
const asked = () => ({ token: token(), chatName: "Family", registration: "invite", name: "Olga", password });
const setUp = (more: object = {}, who = "Olga") =>
  new Person(server, who).fetch("POST", "/api/set-up", { ...asked(), ...more });

describe("a fresh server", () => {
  test("ASVS 6.3.2 has no accounts and makes none but its owner's", async () => {
    expect(contents().users).toEqual([]);
    const stranger = new Person(server, "stranger");
    expect(await stranger.get("/api/session")).toMatchObject({
      user: null,
      settings: null,
    });
    for (const invite of [undefined, "1-AAAAAAAAAAAAAAAAAAAAAA"]) {
      const response = await stranger.fetch("POST", "/api/account", { name: "stranger", password, invite });
      expect(await outcome(response)).toEqual([409, "not_set_up"]);
    }
    expect((await stranger.signIn()).status).toBe(401);
    expect(contents().users).toEqual([]);
  });

  test("ASVS 2.3.1 is set up by nothing but the link that was printed", async () => {
    const before = contents();
    const right = token();
    const flipped = `${right[0] === "A" ? "B" : "A"}${right.slice(1)}`;
    const wrong = [
      "",
      "AAAAAAAAAAAAAAAAAAAAAA",
      flipped,
      right.slice(0, -1),
      `${right}A`,
      right.toLowerCase(),
      linkTokens(testPepper).setUp("another incarnation of the database"),
      linkTokens(Buffer.alloc(32, 8)).setUp(server.store.epoch),
      linkTokens(testPepper).invite({ id: 1, createdAt: 0 }),
    ];
    for (const given of wrong) {
      const check = await new Person(server, "x").fetch("POST", "/api/set-up/check", { token: given });
      expect([given, ...(await outcome(check))]).toEqual([given, 403, "link_invalid"]);
      expect(await outcome(setUp({ token: given }))).toEqual([403, "link_invalid"]);
    }
    expect(contents()).toEqual(before);
    expect((await new Person(server, "x").fetch("POST", "/api/set-up/check", { token: right })).status).toBe(
      204,
    );
    expect(contents()).toEqual(before);
  });

  test("ASVS 2.2.1 refuses what is not of the right form, and has changed nothing", async () => {
    const before = contents();
    const wrong: [string, object][] = [
      ["chatName", { chatName: "" }],
      ["chatName", { chatName: " \u200b " }],
      ["chatName", { chatName: "x".repeat(41) }],
      ["chatName", { chatName: "two\nlines" }],
      ["registration", { registration: "everybody" }],
      ["name", { name: "al" }],
      ["password", { password: "short" }],
      ["role", { role: "owner" }],
    ];
    for (const [field, more] of wrong) {
      const response = await setUp(more);
      expect([response.status, (await response.json()).error.field]).toEqual([400, field]);
    }
    expect(await outcome(setUp({ name: "Owner" }))).toEqual([409, "name_taken"]);
    expect(await outcome(setUp({ password: "too easy to guess" }))).toEqual([422, "password_weak"]);
    expect(contents()).toEqual(before);
  });

  test("ASVS 6.2.11 takes no password that is made of what the chat is to be called, or of its owner's name", async () => {
    const before = contents();
    const called = { chatName: "Sternwarte Underwood", name: "Wilhelmina" };
    for (const given of ["sternwarteunderwood", "Underwood-1", "wilhelmina12", "Sternwarte_Wilhelmina"]) {
      const response = await setUp({ ...called, password: given });
      expect([given, ...(await outcome(response))]).toEqual([given, 422, "password_weak"]);
    }
    expect(contents()).toEqual(before);
    expect((await setUp({ ...called, password })).status).toBe(201);
  });

  test("ASVS 2.4.1 lets one address try 30 links at once and then 10 a minute; others are not kept waiting", async () => {
    const tried = (from: string) => post(server, "/api/set-up/check", { token: "guess" }, { from });
    const statuses: number[] = [];
    for (let at = 0; at < 32; at++) statuses.push((await tried("127.0.0.9")).status);
    expect(statuses).toEqual([...Array(30).fill(403), 429, 429]);
    expect((await tried("127.0.0.8")).status).toBe(403);
  });
});

describe("the set-up link", () => {
  test("makes the owner's account with its session, and the rules that were chosen", async () => {
    const olga = new Person(server, "Olga");
    const response = await olga.fetch("POST", "/api/set-up", asked());
    expect(response.status).toBe(201);
    const settings = { name: "Family", welcome: "", registration: "invite" };
    expect(await response.json()).toMatchObject({
      user: { id: 1, name: "Olga", role: "owner" },
      stage: "open",
      settings,
    });
    expect(await server.store.settings.read()).toEqual({
      ...settings,
      registration: "invite",
      secondFactor: "nobody",
      messageBurst: 7,
      messagesPerMinute: 70,
      messageBytes: 700,
    });
    expect((await olga.enter()).entered.me).toEqual({ id: 1, name: "Olga", role: "owner" });
    expect((await new Person(server, "Olga").signIn()).status).toBe(200);
    const [entry] = await server.store.audit.page({ events: ["house.set up"] }, null, 10);
    expect(entry).toMatchObject({ actorId: 1, subjectId: 1, detail: { registration: "invite" } });
    const stranger = await new Person(server, "ann").fetch("POST", "/api/account", { name: "ann", password });
    expect(await outcome(stranger)).toEqual([403, "invite_needed"]);
    olga.leave();
  });

  test("ASVS 6.4.1 works once", async () => {
    expect((await setUp()).status).toBe(201);
    const before = contents();
    expect(await outcome(setUp({ name: "second" }))).toEqual([409, "already_set_up"]);
    const check = await new Person(server, "x").fetch("POST", "/api/set-up/check", { token: token() });
    expect(await outcome(check)).toEqual([409, "already_set_up"]);
    expect(contents()).toEqual(before);
  });

  test("ASVS 2.3.4 ASVS 15.4.2 of 20 who use it at once, one becomes the owner", async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, at) => setUp({ name: `owner-${at}` }, `owner-${at}`)),
    );
    const statuses = all.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([201, ...Array(19).fill(409)]);
    expect(contents().users).toHaveLength(1);
    expect(contents().house).toHaveLength(1);
  });
});
