import { describe, expect, test } from "bun:test";
import { resetAlert, resetTicket } from "../../../server/auth/resets.ts";
import { totalHeader } from "../../../server/protocol/export.ts";
import { enrol } from "../../support/authenticator.ts";
import { outcome } from "../../support/outcome.ts";
import { addPasskey, PasskeyDevice } from "../../support/passkey-device.ts";
import { newRoom, Person, password } from "../../support/person.ts";
import { fromHeader } from "../../support/server.ts";
import { ground, take } from "./ground.ts";

const minute = 60_000;

const { time, server, alice, bob, store, contents } = ground();

describe("taking what is kept of oneself", () => {
  test("as JSON: every message of one's own once, and both sides of private conversations, in order", async () => {
    await store(450, [1, 2], "group");
    await store(350, [1, 2, 2], "direct:1:2");
    await alice.fetch("PATCH", "/api/account/preferences", { theme: "dark" });
    const carl = await (await new Person(server, "carl").register()).enter();
    await carl.say("between carl and bob", "direct:2:3");
    const response = await take(alice);
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      "application/json; charset=utf-8",
    ]);
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="my-data.json"');
    const text = await response.text();
    const all = JSON.parse(text);
    expect(all.account.preferences).toMatchObject({ theme: "dark" });
    expect(all.conversations.map(({ id, title }: { id: string; title: string }) => [id, title])).toEqual([
      ["group", "Group chat"],
      ["direct:1:2", "bob"],
    ]);
    const [group, direct] = all.conversations;
    expect(group.messages.map(({ seq }: { seq: number }) => seq)).toEqual(
      Array.from({ length: 225 }, (_, at) => 2 * at + 1),
    );
    expect(new Set(group.messages.map(({ by }: { by: string }) => by))).toEqual(new Set(["alice"]));
    expect(direct.messages.map(({ seq, by }: { seq: number; by: string }) => [seq, by])).toEqual(
      Array.from({ length: 350 }, (_, at) => [at + 1, at % 3 === 0 ? "alice" : "bob"]),
    );
    expect(text).not.toContain("between carl and bob");
    // Each message has a line, and not many lines are anything else: what the browser counts.
    const lines = text.split("\n").length;
    const total = Number(response.headers.get(totalHeader));
    expect(total).toBeGreaterThanOrEqual(225 + 350);
    expect(lines - (225 + 350)).toBeLessThan(40);
  });

  test("of a room one's own messages, of a private conversation of a few all that they wrote", async () => {
    await new Person(server, "carl").register();
    const [hers, his] = [await alice.enter(), await bob.enter()];
    for (const access of ["public", "people"] as const) {
      const conversation = newRoom();
      const room = { conversation, access, name: access, people: [2, 3] };
      await hers.ask("room.create", room, "room.created");
      await hers.say(`hers in ${access}`, conversation);
      await his.say(`his in ${access}`, conversation);
    }
    const { conversations } = (await (await take(alice)).json()) as {
      conversations: { title: string; messages: { text: string }[] }[];
    };
    const textsIn = (name: string) =>
      conversations.find(({ title }) => title === name)!.messages.map(({ text }) => text);
    expect(textsIn("public")).toEqual(["hers in public"]);
    expect(textsIn("people")).toEqual(["hers in people", "his in people"]);
  });

  test("edits and reactions are told: one's own by message, those of others as a number", async () => {
    const [hers, his] = [await alice.enter(), await bob.enter()];
    const [mine, theirs] = [await hers.say("helo"), await his.say("hi")];
    const edit = { conversation: "group", seq: mine.seq, body: { text: "hello" } };
    await hers.ask("message.edit", edit, "message.edited");
    for (const [socket, { seq }] of [
      [his, mine],
      [hers, theirs],
    ] as const)
      await socket.ask(
        "message.react",
        { conversation: "group", seq, emoji: "👍", on: true },
        "message.reacted",
      );
    const { conversations, reactions } = await (await take(alice)).json();
    expect(conversations[0].messages).toEqual([
      expect.objectContaining({
        text: "hello",
        editedAt: expect.any(String),
        reactions: [{ emoji: "👍", people: 1 }],
      }),
    ]);
    expect(reactions).toEqual([{ conversation: "group", seq: theirs.seq, emoji: ["👍"] }]);
    const page = await (await take(alice, "html")).text();
    for (const part of [", edited <time", "👍 1</article>", "<article>👍 (group, message 2)"])
      expect(page).toContain(part);
  });

  test("what happened to the account is told whole, however much it is", async () => {
    const entry = { event: "session.refused", actorId: null, subjectId: 1, detail: {} } as const;
    for (let at = 0; at < 350; at++)
      await server.store.audit.add({ ...entry, at: time.now(), address: "9.9.9.9" });
    const { history } = await (await take(alice)).json();
    const refused = history.filter(({ event }: { event: string }) => event === "session.refused");
    expect(refused).toHaveLength(350);
    expect(new Set(history.map(({ id }: { id: number }) => id)).size).toBe(history.length);
  });

  test("ASVS 7.5.1 needs a fresh proof, and is written down", async () => {
    expect((await take(alice)).status).toBe(200);
    const [entry] = await server.store.audit.page({ events: ["account.exported"] }, null, 5);
    expect(entry).toMatchObject({ actorId: 1, address: "127.0.0.1", detail: { format: "json" } });
    time.advance(11 * minute);
    expect(await outcome(take(alice))).toEqual([403, "proof_needed"]);
  });

  test("ASVS 2.4.1 five at once, and then one in five minutes, each for oneself", async () => {
    for (let count = 0; count < 5; count++) expect((await take(alice)).status).toBe(200);
    const refused = await take(alice);
    const { error } = await refused.json();
    expect([refused.status, error.code]).toEqual([429, "rate_limited"]);
    expect(error.retryAfter).toBeGreaterThan(4 * minute);
    expect((await take(bob)).status).toBe(200);
    time.advance(5 * minute);
    expect((await take(alice)).status).toBe(200);
  });

  test("ASVS 1.2.1 the page escapes what people wrote, and allows itself no script", async () => {
    const socket = await alice.enter();
    const hostile = [
      "<script>alert(1)</script>",
      "</article></main><img src=x onerror=alert(1)>",
      "\"><svg onload='alert(1)'>",
      "&lt;b&gt; &amp;",
      "line one\nline two",
      "</style><style>*{display:none}",
    ];
    for (const text of hostile) await socket.say(text);
    const response = await take(alice, "html");
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const page = await response.text();
    const tags = [...page.matchAll(/<([a-z0-9]+)/g)].map(([, tag]) => tag!);
    const known = "html meta title style main h1 h2 p bdi time dl dt dd div table tr th td article b";
    expect(new Set(tags).difference(new Set(known.split(" ")))).toEqual(new Set());
    expect(page).toContain("default-src 'none'; style-src 'sha256-");
    expect(page).not.toContain("unsafe");
    const texts: string[] = [];
    const rewriter = new HTMLRewriter().on("article p", {
      element: () => void texts.push(""),
      text: ({ text }) => void texts.push(`${texts.pop()}${text}`),
    });
    rewriter.transform(page);
    const decoded = texts.map((text) =>
      text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))),
    );
    expect(decoded).toEqual(hostile);
  });
});

describe("taking what is kept of oneself", () => {
  test("ASVS 8.2.2 says all of oneself, and nothing that opens anything or belongs to others", async () => {
    // At a browser, whose key its session is bound to.
    await alice.withKey().signIn();
    await server.store.tickets.put(
      resetTicket((await server.store.users.byId(1))!, null, time).ticket,
      undefined,
      resetAlert("reset link made", 1, null, time.now()),
    );
    const here = await alice.enter();
    const guesser = new Person(server, "alice");
    await guesser.fetch(
      "POST",
      "/api/session",
      { name: "alice", password: "a guess" },
      { [fromHeader]: "9.9.9.9" },
    );
    const his = await bob.fetch(
      "POST",
      "/api/session",
      { name: "bob", password },
      { [fromHeader]: "8.8.8.8" },
    );
    expect(his.status).toBe(200);
    await bob.fetch("PUT", "/api/account/sessions/none", { label: "x" });
    const { message } = { message: await here.say("mine") };
    const theirs = await (await bob.enter()).say("bob's");
    await alice.fetch("POST", "/api/reports", { conversation: "group", seq: theirs.seq, reason: "not kind" });
    await bob.fetch("POST", "/api/reports", {
      conversation: "group",
      seq: message.seq,
      reason: "told by bob",
    });
    const device = new PasskeyDevice(server);
    await addPasskey(alice, device, "My key");
    const { secret, recoveryCodes } = await enrol(alice, time.now);
    const text = await (await take(alice)).text();
    const all = JSON.parse(text);
    expect(Object.keys(all)).toEqual([
      "chatName",
      "exportedAt",
      "account",
      "devices",
      "passkeys",
      "providers",
      "invitations",
      "reports",
      "alerts",
      "conversations",
      "reactions",
      "history",
    ]);
    expect(all.account).toMatchObject({
      id: 1,
      name: "alice",
      hasPassword: true,
      hasCode: true,
      hasPasskey: true,
    });
    expect(all.account.createdAt).toBe(new Date(time.now()).toISOString());
    expect(all.devices[0]).toMatchObject({
      address: "127.0.0.1",
      device: expect.any(String),
      isBound: true,
    });
    expect(all.alerts).toEqual([
      { what: "reset link made", at: new Date(time.now()).toISOString(), by: null, seenAt: null },
    ]);
    expect(all.passkeys).toMatchObject([{ name: "My key", website: "localhost" }]);
    expect(all.reports).toMatchObject([{ seq: theirs.seq, reason: "not kind" }]);
    const events = all.history.map(({ event }: { event: string }) => event);
    expect(events).toContain("account.exported");
    expect(events).toContain("session.refused");
    expect(events.at(-1)).toBe("account.registered");

    const { users, sessions } = rows();
    const kept = await server.store.factors.passkeys(1);
    const secrets = [
      ...users.map(({ password_hash }) => password_hash as string),
      ...sessions.flatMap(({ id }) => forms(id as Uint8Array)),
      ...sessions.map(({ key_hash }) => key_hash as string).filter(Boolean),
      alice.key!,
      ...kept.flatMap(({ id, publicKey }) => [id, ...forms(publicKey)]),
      ...recoveryCodes,
      secret,
      (await server.store.factors.totp(1))!.secret,
      "9.9.9.9",
      "8.8.8.8",
      "bob's",
      "told by bob",
    ];
    expect(secrets.filter((each) => text.includes(each))).toEqual([]);
    const page = await (await take(alice, "html")).text();
    expect(secrets.filter((each) => page.includes(each))).toEqual([]);
  });
});

const forms = (bytes: Uint8Array) =>
  (["hex", "base64", "base64url"] as const).map((form) => Buffer.from(bytes).toString(form));

type Rows = Record<"users" | "sessions", Record<string, unknown>[]>;
const rows = () => contents() as Rows;
