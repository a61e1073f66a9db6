import { expect, test } from "bun:test";
import { password } from "../support/person.ts";
import { stage } from "../support/stage.ts";
import { phone, type Visitor } from "../support/visitor.ts";

const welcome = '<img src=x onerror="alert(1)"><script>alert(1)</script>';
const settings = { welcome, registration: "open" } as const;
const { server, visit } = stage({
  browser: true,
  settings,
  people: { alice: "owner", "b.b": "member", bxb: "member", bob: "member" },
});

const signedOutOn = ["/", "/login", "/register", "/join", "/reset", "/nowhere-at-all"];
const sections = ["people", "invites", "reports", "settings", "audit"];
const inside = [
  "/c/group",
  "/c",
  "/c/direct:1:2",
  "/account",
  ...sections.map((section) => `/admin/${section}`),
];

async function signedIn(options = {}): Promise<Visitor> {
  const visitor = await visit("alice", options);
  await visitor.logIn();
  await visitor.log.waitFor();
  return visitor;
}

async function open(visitor: Visitor, path: string): Promise<void> {
  await visitor.goto(path);
  await visitor.page.getByRole("heading").first().waitFor();
}

/** What a browser holds of a page beyond it, but for cookies. */
const held = ({ page }: Visitor) =>
  page.evaluate(async () => ({
    stored: { ...localStorage, ...sessionStorage } as Record<string, string>,
    readableCookies: document.cookie,
    databases: (await indexedDB.databases()).length,
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    state: JSON.stringify(history.state),
  }));

test("ASVS 3.6.1 ASVS 14.2.3 ASVS 14.3.2 ASVS 3.5.5 no page asks another host, keeps answers or hears other windows", async () => {
  const alice = await visit("alice");
  const asked: string[] = [];
  alice.context.on("request", (request) => asked.push(request.url()));
  alice.page.on("websocket", (socket) => asked.push(socket.url()));
  for (const path of signedOutOn) await open(alice, path);
  await alice.logIn();
  await alice.log.waitFor();
  await alice.say("https://example.org/a/link/is/not/looked/at and mailto:nora@example.org");
  const devtools = await alice.context.newCDPSession(alice.page);
  for (const path of inside) {
    await open(alice, path);
    await alice.page.waitForLoadState("networkidle"); // also: no page goes on asking without end
    const { result } = await devtools.send("Runtime.evaluate", { expression: "window" });
    const { listeners } = await devtools.send("DOMDebugger.getEventListeners", {
      objectId: result.objectId!,
    });
    const types = listeners.map(({ type }) => type);
    expect(types).toContain("storage");
    expect(types).not.toContain("message");
    const { caches, workers, databases } = await held(alice);
    expect([path, caches, workers, databases]).toEqual([path, [], 0, 0]);
  }
  expect(asked.length).toBeGreaterThan(50);
  const { host } = new URL(server.origin);
  expect(asked.filter((url) => !url.startsWith("data:image/") && new URL(url).host !== host)).toEqual([]);
  expect(asked).toContain(`wss://${host}/api/socket`);
  await alice.context.close();
});

test("ASVS 3.2.1 an answer that is opened as a page shows what was written, and does nothing", async () => {
  const { page, context } = await signedIn();
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(`${server.origin}/api/session`);
  expect(await page.evaluate(() => document.contentType)).toBe("application/json");
  expect(JSON.parse(await page.locator("pre").innerText()).settings.welcome).toBe(welcome);
  expect(await page.locator("img, script").count()).toBe(0);
  expect(dialogs).toEqual([]);
  await context.close();
});

test("ASVS 1.2.9 who looks for somebody finds what was typed, and not what it would mean as a pattern", async () => {
  const alice = await signedIn();
  await open(alice, "/admin/people");
  const people = alice.page.getByRole("list", { name: "People" }).getByRole("listitem");
  const search = alice.page.getByRole("searchbox", { name: "Find someone" });
  const findings: [string, number][] = [
    ["", 4],
    ["b.b", 1],
    ["b", 3],
    [".*", 0],
    ["^b", 0],
    ["[", 0],
    ["(b+)+$", 0],
    ["b%b", 0],
    ["b_b", 0],
    ["\\", 0],
  ];
  for (const [sought, count] of findings) {
    await search.fill(sought);
    await alice.until(
      () => people.count(),
      (found) => found === count,
    );
  }
  await alice.context.close();
});

for (const [look, options] of [
  ["desk", {}],
  ["phone", phone],
] as const) {
  test(`ASVS 7.4.4 every page for people signed in offers to log out: ${look}`, async () => {
    const alice = await signedIn(options);
    for (const path of inside) {
      await open(alice, path);
      // In a conversation a phone has room for no more than the way to the list of them.
      const back = alice.page.getByRole("link", { name: /^Conversations and online users/ });
      if (await back.isVisible()) await back.click();
      const button = alice.button("Log out").first();
      await alice.until(
        async () => [path, await button.isVisible()],
        ([, isVisible]) => isVisible === true,
      );
    }
    await alice.button("Log out").first().click();
    await alice.page.getByText("You have logged out.").waitFor();
    await alice.context.close();
  });
}

test("what the browser stores: no token, no password, nothing that was sent or read; at most what is still to be sent", async () => {
  const bob = await visit("b.b");
  await bob.logIn();
  await bob.log.waitFor();
  await bob.say("this was sent");
  await bob.composer.fill("this is a draft");
  const names = (await bob.context.cookies()).map(({ name }) => name);
  expect(names.length).toBeGreaterThan(0);
  for (const path of ["/account", "/c/group"]) {
    await open(bob, path);
    const { stored, readableCookies, state } = await held(bob);
    const all = JSON.stringify(stored) + state;
    expect(readableCookies).toBe("");
    for (const { value } of await bob.context.cookies()) expect(all).not.toContain(value);
    for (const secret of [password, "this was sent", "https://example.org/a/link"])
      expect(all).not.toContain(secret);
    expect(stored).toEqual({
      // What a cookie alone opens nothing without, and what alone opens nothing either.
      "secure-chat.session-key": expect.stringMatching(/^[\w-]{43}$/),
      "secure-chat.draft/2/b.b/group": "this is a draft",
    });
  }
  await bob.button("Log out").first().click();
  await bob.page.getByText("You have logged out.").waitFor();
  expect((await held(bob)).stored).toEqual({});
  await bob.context.close();
});
