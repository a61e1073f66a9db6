import { expect, test } from "bun:test";
import { password } from "../../support/person.ts";
import { post } from "../../support/raw.ts";
import { stage } from "../../support/stage.ts";

const { server, time, alice } = stage({ once: true, clock: true, people: ["alice", "bob"] });

const from = (at: number) => `203.0.${at >> 7}.${at & 127}`;
const signIn = async (name: string, given: string, address: string, headers: Record<string, string> = {}) =>
  (await post(server, "/api/session", { name, password: given }, { from: address, headers })).status;

/** How often each status was answered to so many guesses. */
async function guesses(count: number, guess: (at: number) => Promise<number>) {
  const answers: Record<number, number> = {};
  for (let at = 0; at < count; at++) {
    const status = await guess(at);
    answers[status] = (answers[status] ?? 0) + 1;
  }
  return answers;
}

test("ASVS 6.3.1 1,000 guesses from one address are 10 at one account, and say when to try again", async () => {
  const flood = await guesses(1000, (at) => signIn("bob", `guess ${at}`, "127.0.0.2"));
  expect(flood).toEqual({ 401: 10, 429: 990 });
  const refused = await post(
    server,
    "/api/session",
    { name: "bob", password: "guess" },
    { from: "127.0.0.2" },
  );
  const { error } = JSON.parse(refused.body);
  expect(error).toEqual({ code: "rate_limited", message: expect.any(String), retryAfter: 60_000 });
  expect(refused.headers.get("retry-after")).toBe("60");
  // Even the right password is not looked at, or it would be told from the others.
  expect(await signIn("bob", password, "127.0.0.2")).toBe(429);
  expect(await signIn("bob", password, "127.0.0.3")).toBe(200);
  time.leap(60_000);
  expect(await signIn("bob", password, "127.0.0.2")).toBe(200);
});

test("ASVS 4.1.3 headers of proxies make no other address", async () => {
  const flood = await guesses(20, (at) => {
    const headers = { "X-Forwarded-For": from(at), "X-Real-IP": from(at), Forwarded: `for=${from(at)}` };
    return signIn("bob", "a guess", "127.0.0.4", headers);
  });
  expect(flood).toEqual({ 401: 10, 429: 10 });
});

test("ASVS 6.3.1 guesses from many addresses are 100 at one account; the owner still gets in", async () => {
  const mark = /__Host-device=[^;]+/.exec(alice.cookies)![0];
  const flood = await guesses(300, (at) => signIn("alice", `guess ${at}`, from(at)));
  expect(flood).toEqual({ 401: 100, 429: 200 });

  // From a new device the owner waits like everyone; from one that has signed in before, not at all.
  expect(await signIn("alice", password, "127.0.0.5")).toBe(429);
  expect(await signIn("alice", password, "127.0.0.5", { Cookie: mark })).toBe(200);
  expect(await signIn("alice", password, from(3), { Cookie: mark })).toBe(200);
  expect((await alice.fetch("GET", "/api/account")).status).toBe(200);
  // Nor does the mark open another account, or this one without the password.
  expect(await signIn("alice", "a guess", "127.0.0.5", { Cookie: mark })).toBe(401);
  expect(await signIn("alice", password, "127.0.0.5", { Cookie: `${mark}A` })).toBe(429);

  time.leap(60_000);
  expect(await signIn("alice", password, "127.0.0.5")).toBe(200);
});

for (const [whose, own, other] of [
  ["one subscriber", "2001:db8:1:2", "2001:db8:1:3::1"],
  ["one private network", "fd00:db8:1:2", "fd00:db8:1:3::1"],
  ["one link", "fe80", "2001:db8:1:4::1"],
])
  test(`ASVS 6.3.1 the addresses of ${whose} of IPv6 are one`, async () => {
    const flood = await guesses(20, (at) => signIn("bob", "a guess", `${own}::${at.toString(16)}`));
    expect(flood).toEqual({ 401: 10, 429: 10 });
    expect(await signIn("bob", "a guess", other!)).toBe(401);
  });

test("a change of the password forgets the marks there were", async () => {
  const former = /__Host-device=[^;]+/.exec(alice.cookies)![0];
  const changed = "another horse battery";
  await alice.fetch("PUT", "/api/account/password", { current: password, password: changed });
  const now = /__Host-device=[^;]+/.exec(alice.cookies)![0];
  expect(now).not.toBe(former);
  await guesses(150, (at) => signIn("alice", `guess ${at}`, from(at)));
  expect(await signIn("alice", changed, "127.0.0.6", { Cookie: former })).toBe(429);
  expect(await signIn("alice", changed, "127.0.0.6", { Cookie: now })).toBe(200);
});
