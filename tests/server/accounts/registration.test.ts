import { beforeEach, describe, expect, test } from "bun:test";
import { Person, password } from "../../support/person.ts";
import { post } from "../../support/raw.ts";
import { startServer } from "../../support/server.ts";
import { stage } from "../../support/stage.ts";

const { server, time, Alice: taken, contents } = stage({ once: true, clock: true, people: ["Alice"] });
beforeEach(() => {
  time.leap(10 * 60_000);
});

const register = (name: unknown, given: unknown = password) =>
  new Person(server, String(name)).fetch("POST", "/api/account", { name, password: given });

async function refusal(response: Response) {
  return [response.status, (await response.json()).error];
}

describe("a name", () => {
  const good = ["bob", "a".repeat(20), "A.b_c-d9", "_-x.", "000", "null", "__proto__", "constructor"];
  for (const name of good) {
    test(`may be ${name}`, async () => {
      const response = await register(name);
      expect(response.status).toBe(201);
      expect((await response.json()).user).toEqual({ id: expect.any(Number), name, role: "member" });
    });
  }

  const bad: [string, string][] = [
    ["too short", "al"],
    ["too long", "a".repeat(21)],
    ["empty", ""],
    ["with a space", "al ice"],
    ["with a space before it", " alice"],
    ["with a line break after it", "alice\n"],
    ["with a slash", "al/ice"],
    ["with an @", "@alice"],
    ["with markup", "<b>alice"],
    ["with a letter that looks like another", "аlice"],
    ["with an accent", "alïce"],
    ["with a control character", "al\u0007ice"],
    ["with a NUL", "alice\0"],
    ["with an escape sequence", "al\u001b[31m"],
    ["that runs backwards", "\u202ealice"],
    ["with an isolate", "al\u2066ice\u2069"],
    ["with a mark of direction", "alice\u200f"],
    ["with an invisible character", "al\u200bice"],
    ["with an emoji", "alice😀"],
    ["with half a character", "alice\ud83d"],
    ["of full-width letters", "ａｌｉｃｅ"],
  ];
  for (const [name, given] of bad) {
    test(`ASVS 1.3.3 is refused ${name}`, async () => {
      const before = contents();
      const [status, error] = await refusal(await register(given));
      expect([status, error.code, error.field]).toEqual([400, "invalid", "name"]);
      expect(error.message).toBe("Name must be 3 to 20 letters, digits, dots, underscores or hyphens.");
      expect(contents()).toEqual(before);
    });
  }

  test("is one person's without regard to case", async () => {
    const before = contents();
    for (const name of ["Alice", "alice", "ALICE", "aLiCe"]) {
      const [status, error] = await refusal(await register(name, "quite another password"));
      expect([status, error]).toEqual([
        409,
        { code: "name_taken", message: "That username is taken.", field: "name" },
      ]);
    }
    expect(contents()).toEqual(before);
    expect(await taken.get("/api/session")).toMatchObject({
      user: { name: "Alice" },
    });
  });
});

describe("ASVS 6.2.1 a password", () => {
  const emoji = "😀";
  const good: [string, string][] = [
    ["of eight characters", "12345678"],
    ["of eight emoji", emoji.repeat(8)],
    ["of 256 bytes", "p".repeat(256)],
    ["ASVS 6.2.9 of 64 characters of four bytes", emoji.repeat(64)],
    ["ASVS 6.2.5 of one kind of character", "aaaaaaaa"],
    ["ASVS 6.2.5 of spaces", "        "],
    ["ASVS 6.2.8 with spaces around it", "  surrounded by space  "],
    ["with a NUL and a line break", "before\0after\n\u202e"],
    ["in any script", "пароль密码كلمة"],
  ];
  for (const [at, [name, given]] of good.entries()) {
    test(`may be one ${name}, and opens exactly as it was written`, async () => {
      const person = new Person(server, `good-${at}`);
      expect((await register(person.name, given)).status).toBe(201);
      expect((await person.signIn(given)).status).toBe(200);
      const last = [...given].at(-1) === "x" ? "y" : "x";
      const others = [`${[...given].slice(0, -1).join("")}${last}`, given.trim(), given.toUpperCase()];
      for (const other of others.filter((other) => other !== given)) {
        expect((await person.signIn(other)).status).toBe(401);
      }
    });
  }

  const bad: [string, unknown, string][] = [
    ["of seven characters", "1234567", "Password must have at least 8 characters."],
    ["of seven emoji, which are 14 code units", emoji.repeat(7), "Password must have at least 8 characters."],
    ["of 257 bytes", "p".repeat(257), "Password must have at most 256 bytes."],
    ["of 257 bytes in 65 characters", `${emoji.repeat(64)}p`, "Password must have at most 256 bytes."],
    ["with half a character", `${"p".repeat(8)}\ud83d`, "Password must be well-formed Unicode."],
    ["that is a number", 12345678, "Password is not of the right form."],
    ["that is not there", undefined, "Password is missing."],
  ];
  for (const [name, given, message] of bad) {
    test(`is refused ${name}`, async () => {
      const before = contents();
      const response = await new Person(server, "nobody").fetch("POST", "/api/account", {
        name: "nobody",
        password: given,
      });
      const [status, error] = await refusal(response);
      expect([status, error.code, error.field, error.message]).toEqual([400, "invalid", "password", message]);
      expect(contents()).toEqual(before);
    });
  }
});

test("registering signs in at once, and is told to whoever is there", async () => {
  const watcher = await taken.enter();
  const person = await new Person(server, "newcomer").register();
  const { id } = (await person.get("/api/account")) as { id: number };
  const { person: said } = await watcher.event("person.registered");
  expect(said).toEqual({ id, name: "newcomer" });
  watcher.close();
});

test("ASVS 15.3.3 a role, an id and other fields cannot be given", async () => {
  for (const more of [{ role: "admin" }, { id: 1 }, { createdAt: 0 }, { passwordHash: "x" }]) {
    const body = { name: "nobody", password, ...more };
    const [status, error] = await refusal(
      await new Person(server, "nobody").fetch("POST", "/api/account", body),
    );
    expect([status, error.field]).toEqual([400, Object.keys(more)[0]]);
  }
});

test("a server that is closed makes no accounts, says so, and lets in those that it has", async () => {
  const { store } = server;
  const open = (await store.settings.read())!;
  await store.settings.write({ ...open, registration: "closed" });
  const closed = await startServer({ store });
  const before = contents().users;
  const carol = new Person(closed, "carol");
  const response = await carol.fetch("POST", "/api/account", { name: "carol", password });
  expect(await refusal(response)).toEqual([
    403,
    { code: "registration_closed", message: "New accounts cannot be made here at the moment." },
  ]);
  expect(await carol.get("/api/session")).toEqual({
    user: null,
    settings: { name: "Secure Chat", welcome: "", registration: "closed" },
    providers: [],
  });
  expect(contents().users).toEqual(before);
  expect((await new Person(closed, "Alice").signIn()).status).toBe(200);
  await closed.app.drain();
  await closed.server.stop(true);
  // The server of the other tests has heard of it, too.
  await store.settings.write(open);
});

test("ASVS 2.4.1 one address makes 40 accounts at once, then ten a minute; others are not kept waiting", async () => {
  const make = (at: number, from: string) =>
    post(server, "/api/account", { name: `flood-${at}`, password: at < 45 ? "short" : password }, { from });
  // What is invalid costs nothing.
  for (let at = 0; at < 45; at++) expect((await make(at, "127.0.0.9")).status).toBe(400);
  const statuses: number[] = [];
  for (let at = 100; at < 145; at++) statuses.push((await make(at, "127.0.0.9")).status);
  expect(statuses).toEqual([...Array(40).fill(201), ...Array(5).fill(429)]);
  expect((await make(145, "127.0.0.8")).status).toBe(201);
  time.leap(60_000);
  expect((await make(146, "127.0.0.9")).status).toBe(201);
});
