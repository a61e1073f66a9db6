import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { totalHeader } from "../../../server/protocol/own-data.ts";
import { Refusal } from "../../../server/refusal.ts";
import { enrol, outcome } from "../../support/authenticator.ts";
import { type Clock, clock } from "../../support/clock.ts";
import { contentsOf, database } from "../../support/database.ts";
import { addPasskey, PasskeyDevice } from "../../support/passkey-device.ts";
import { Person, password } from "../../support/person.ts";
import { connection } from "../../support/raw.ts";
import { fromHeader, startServer, type TestServer } from "../../support/server.ts";

const minute = 60_000;

let time: Clock;
let base: ReturnType<typeof database>;
let server: TestServer;
let alice: Person;
let bob: Person;
beforeEach(async () => {
  time = clock();
  base = database();
  server = await startServer({ store: base.store, system: time });
  alice = await new Person(server, "alice").register();
  bob = await new Person(server, "bob").register();
});
afterEach(async () => {
  await server.stop();
  expect(server.bugs).toEqual([]);
});

const take = (person: Person, format = "json") => person.fetch("POST", "/api/account/export", { format });

/** Stores many messages without a socket, as one author after the other. */
async function store(
  count: number,
  authors: readonly number[],
  conversation: "group" | "direct:1:2",
  length = 20,
) {
  for (let from = 0; from < count; from += 500) {
    const drafts = Array.from({ length: Math.min(500, count - from) }, (_, at) => ({
      conversation,
      author: authors[(from + at) % authors.length]!,
      clientId: crypto.randomUUID(),
      text: `${conversation} ${from + at} ${"x".repeat(length)}`,
      createdAt: time.now(),
    }));
    await base.store.messages.append(drafts);
  }
}

describe("taking what is kept of oneself", () => {
  test("as JSON: every message of one's own once, and both sides of private conversations, in order", async () => {
    await store(450, [1, 2], "group");
    await store(350, [1, 2, 2], "direct:1:2");
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

  test("ASVS 8.2.2 says all of oneself, and nothing that opens anything or belongs to others", async () => {
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
    const device = new PasskeyDevice(server.origin);
    await addPasskey(alice, device, "My key");
    const { secret, recoveryCodes } = await enrol(alice, time.now);
    const text = await (await take(alice)).text();
    const all = JSON.parse(text);
    expect(Object.keys(all)).toEqual([
      "house",
      "exportedAt",
      "account",
      "devices",
      "passkeys",
      "providers",
      "invitations",
      "reports",
      "conversations",
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
    expect(all.devices[0]).toMatchObject({ address: "127.0.0.1", device: expect.any(String) });
    expect(all.passkeys).toMatchObject([{ name: "My key", website: "localhost" }]);
    expect(all.reports).toMatchObject([{ seq: theirs.seq, reason: "not kind" }]);
    const events = all.history.map(({ event }: { event: string }) => event);
    expect(events).toContain("account.exported");
    expect(events).toContain("session.refused");
    expect(events.at(-1)).toBe("account.registered");

    const { users, sessions } = rows();
    const kept = await base.store.factors.passkeys(1);
    const secrets = [
      ...users.map(({ password_hash }) => password_hash as string),
      ...sessions.flatMap(({ id }) => forms(id as Uint8Array)),
      ...kept.flatMap(({ id, publicKey }) => [id, ...forms(publicKey)]),
      ...recoveryCodes,
      secret,
      (await base.store.factors.totp(1))!.secret,
      "9.9.9.9",
      "8.8.8.8",
      "bob's",
      "told by bob",
    ];
    expect(secrets.filter((each) => text.includes(each))).toEqual([]);
    const page = await (await take(alice, "html")).text();
    expect(secrets.filter((each) => page.includes(each))).toEqual([]);
  });

  test("what happened to the account is told whole, however much it is", async () => {
    const act = { event: "session.refused", actorId: null, subjectId: 1, detail: {} } as const;
    for (let at = 0; at < 350; at++)
      await base.store.audit.add({ ...act, at: time.now(), address: "9.9.9.9" });
    const { history } = await (await take(alice)).json();
    const refused = history.filter(({ event }: { event: string }) => event === "session.refused");
    expect(refused).toHaveLength(350);
    expect(new Set(history.map(({ id }: { id: number }) => id)).size).toBe(history.length);
  });

  test("ASVS 7.5.1 needs a fresh proof, and is written down", async () => {
    expect((await take(alice)).status).toBe(200);
    const [entry] = await base.store.audit.page({ events: ["account.exported"] }, null, 5);
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

describe("a large file", () => {
  const count = 20_000;

  /** Counts the pages of messages that are read. */
  function pagesMade() {
    const made = { pages: 0 };
    const { by } = base.store.messages;
    base.store.messages.by = (...asked) => {
      made.pages++;
      return by(...asked);
    };
    return made;
  }

  test("is made while it is taken: who does not read it on has it not made on", async () => {
    await store(count, [1], "group", 2_000);
    const made = pagesMade();
    const socket = await connection(server);
    socket.pause();
    const body = JSON.stringify({ format: "json" });
    const head = [
      "POST /api/account/export HTTP/1.1",
      `Host: ${new URL(server.origin).host}`,
      `Origin: ${server.origin}`,
      `Cookie: ${alice.cookies}`,
      "Content-Type: application/json",
      `Content-Length: ${body.length}`,
      "Connection: close",
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
    // It has been begun, and goes no further while many other requests are answered.
    let last = 0;
    for (let round = 0; round < 300 && (made.pages === 0 || last !== made.pages); round++) {
      last = made.pages;
      for (let asked = 0; asked < 20; asked++) await bob.fetch("GET", "/api/session");
    }
    expect(made.pages).toBeLessThan(count / 100 / 2);
    let bytes = 0;
    socket.on("data", ({ length }: Buffer) => {
      bytes += length;
    });
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
    expect(bytes).toBeGreaterThan(count * 2_000);
    expect(made.pages).toBe(count / 100 + 1);
  }, 30_000);

  test("is not made on for who has gone, and that is no bug", async () => {
    await store(count, [1], "group", 2_000);
    const made = pagesMade();
    const response = await take(alice);
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
    for (let asked = 0; asked < 20; asked++) await bob.fetch("GET", "/api/session");
    const then = made.pages;
    for (let asked = 0; asked < 20; asked++) await bob.fetch("GET", "/api/session");
    expect(made.pages).toBe(then);
    expect(then).toBeLessThan(count / 100);
  }, 30_000);

  test("ASVS 16.5.3 that cannot be read to its end is not taken for whole", async () => {
    await store(2_000, [1], "group");
    const { by } = base.store.messages;
    for (const failure of [new Refusal("busy"), new Error("a bug")]) {
      let pages = 0;
      base.store.messages.by = (...asked) => {
        if (++pages > 5) throw failure;
        return by(...asked);
      };
      const taken = await take(alice)
        .then((response) => response.text())
        .catch(() => null);
      expect(taken).toBeNull();
    }
    // A busy database is none.
    expect(server.bugs.splice(0)).toEqual([new Error("a bug")]);
    base.store.messages.by = by;
    expect((await take(bob)).status).toBe(200);
  });
});

const forms = (bytes: Uint8Array) =>
  (["hex", "base64", "base64url"] as const).map((form) => Buffer.from(bytes).toString(form));

type Rows = Record<"users" | "sessions", Record<string, unknown>[]>;
const rows = () => contentsOf(base.db) as Rows;
