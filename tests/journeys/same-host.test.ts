import { expect, test } from "bun:test";
import { Person } from "../support/person.ts";
import { stage } from "../support/stage.ts";
import { testAuthority } from "../support/test-authority.ts";

const { server, visit } = stage({ browser: true });

/** Another service on another port of the same host: keeps the cookies that browsers send to it, and sets what it likes. */
async function otherService() {
  const { pair } = await testAuthority();
  const seen: string[] = [];
  const planted: string[] = [];
  const service = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: { cert: pair.cert, key: pair.key },
    fetch(request) {
      seen.push(request.headers.get("cookie") ?? "");
      const headers = new Headers({ "content-type": "text/html" });
      for (const cookie of planted)
        headers.append("set-cookie", `${cookie}; Path=/; Secure; HttpOnly; SameSite=Strict`);
      return new Response("<title>A service beside the chat</title>", { headers });
    },
  });
  return { service, origin: `https://localhost:${service.port}`, seen, planted };
}

const sessionIn = (cookies: string) => /__Host-session=[^;]+/.exec(cookies)![0];

test("ASVS 7.2.1 another service on the same host reads the cookie and plants its own, and both do nothing", async () => {
  const other = await otherService();
  const anna = await visit("anna");
  await anna.registerByForm();
  await anna.say("for members only");

  // It is sent the cookie of the chat, and is refused everything with it.
  const elsewhere = await anna.context.newPage();
  await elsewhere.goto(other.origin);
  const stolen = sessionIn(other.seen[0]!);
  const thief = new Person(server, "thief");
  thief.bring(stolen);
  expect((await thief.get("/api/session")).user).toBeNull();
  expect((await thief.fetch("POST", "/api/account/export", { format: "json" })).status).toBe(401);
  expect(await thief.connect().then(() => "open", String)).toMatch(/closed/);

  // It puts the session of its own account in place of it: the page is in no account then, and in none of the attacker's.
  for (const attacker of [new Person(server, "mallory").withKey(), new Person(server, "mallet")]) {
    await attacker.register();
    other.planted.splice(0, 1, sessionIn(attacker.cookies));
    await elsewhere.goto(other.origin);
    expect(
      sessionIn(
        (await anna.context.cookies(server.origin)).map(({ name, value }) => `${name}=${value}`).join("; "),
      ),
    ).toBe(sessionIn(attacker.cookies));
    await anna.goto("/account");
    await anna.button("Log in").waitFor();
    expect(await anna.page.getByText(attacker.name).count()).toBe(0);
  }

  // She logs in over it, and sees what was hers; her former session is to be ended on the list of devices.
  await (await anna.logIn()).log.waitFor();
  await anna.sees("for members only");
  await anna.goto("/account");
  const devices = anna.page.getByRole("list", { name: "Devices" }).getByRole("listitem");
  await anna.until(
    () => devices.count(),
    (count) => count === 2,
  );
  expect(await devices.getByText("not tied to its browser").count()).toBe(0);
  await anna.page.reload();
  await anna.button("Log out all other devices").waitFor();
  await anna.context.close();
  await other.service.stop(true);
});
