import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import { launch } from "../support/browser.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { Visitor } from "../support/visitor.ts";

setDefaultTimeout(60_000);
let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ env: { MAX_MESSAGE_BYTES: "1000" } }), launch()]);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  expect(server.bugs).toEqual([]);
});

/** Cuts the socket of a page until it is let through again; pages and requests still work. */
async function cutSocket(visitor: Visitor) {
  let cut = true;
  const open = new Set<{ close(): Promise<void> }>();
  await visitor.page.routeWebSocket(/\/api\/socket/, (socket) => {
    if (cut) return void socket.close();
    open.add(socket);
    socket.connectToServer();
  });
  return {
    restore: () => {
      cut = false;
    },
  };
}

test("what is written without a connection waits, survives a reload, and goes out once and in order", async () => {
  const alice = await (await Visitor.arrive(browser, server, "alice")).register();
  const bob = await (await Visitor.arrive(browser, server, "bob")).register();
  const network = await cutSocket(alice);
  await alice.page.reload();

  const texts = ["one", "two", "three", "four", "five"];
  for (const text of texts) await alice.say(text);
  expect(await alice.composer.isEnabled()).toBe(true);
  await alice.page.reload();
  for (const text of texts) await alice.sees(text);
  expect(await bob.log.getByText("one", { exact: true }).count()).toBe(0);

  network.restore();
  const tryNow = alice.button(/try now/i);
  if (await tryNow.isVisible()) await tryNow.click();
  await bob.sees("five");
  const seen = (await bob.log.innerText()).split("\n").filter((line) => texts.includes(line.trim()));
  expect(seen).toEqual(texts);
  await alice.until(
    () => alice.log.innerText(),
    (text) => texts.every((each) => text.split(`\n${each}`).length === 2),
  );
});

test("a message that is refused says so, and can be deleted or sent again", async () => {
  const carol = await (await Visitor.arrive(browser, server, "carol")).register();
  const long = `${"long ".repeat(300)}end`;
  await carol.composer.fill(long);
  await carol.composer.press("Enter");
  const retry = carol.log.getByRole("button", { name: /retry/i });
  await retry.waitFor();
  await retry.click();
  await retry.waitFor();
  await carol.say("a short one goes on");
  await carol.log.getByRole("button", { name: /delete/i }).click();
  await retry.waitFor({ state: "detached" });
  expect(await carol.log.getByText("long long").count()).toBe(0);
});

test("Enter sends, Shift+Enter breaks the line, and text being composed is never sent", async () => {
  const dora = await (await Visitor.arrive(browser, server, "dora")).register();
  await dora.composer.fill("first line");
  await dora.composer.press("Shift+Enter");
  await dora.composer.pressSequentially("second line");
  await dora.composer.press("Enter");
  await dora.log.getByText("second line").waitFor();
  expect(await dora.composer.inputValue()).toBe("");

  const devtools = await dora.context.newCDPSession(dora.page);
  await dora.composer.focus();
  await devtools.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
  await dora.composer.dispatchEvent("keydown", {
    key: "Enter",
    code: "Enter",
    keyCode: 229,
    isComposing: true,
    bubbles: true,
  });
  expect(await dora.composer.inputValue()).toBe("にほ");
  await devtools.send("Input.insertText", { text: "日本" });
  await dora.composer.press("Enter");
  await dora.sees("日本");
});

/** What a browser does that lets a site keep nothing; runs in the page, before it does. */
function refuseStorage(): void {
  const refuse = () => {
    throw new DOMException("Access is denied for this document.", "SecurityError");
  };
  for (const name of ["localStorage", "sessionStorage", "indexedDB"])
    Object.defineProperty(window, name, { get: refuse });
  Object.defineProperty(navigator, "locks", { get: refuse });
  Object.defineProperty(document, "cookie", { get: () => "", set() {} });
}

test("a browser that keeps nothing says what that means, and is talked with as any other", async () => {
  const emma = await Visitor.arrive(browser, server, "emma");
  await emma.context.addInitScript(refuseStorage);
  await emma.goto("/login");
  await emma.page.getByText(/refuses cookies/).waitFor();
  await emma.register();
  await emma.page.getByText(/keeps nothing for this page/).waitFor();
  expect(await emma.page.getByText(/refuses cookies/).count()).toBe(0);
  await emma.say("this is sent");
  await emma.composer.fill("this is not");
  await emma.button("emma, account").click();
  await emma.page.getByRole("link", { name: "Back to the chat" }).click();
  expect(await emma.composer.inputValue()).toBe("this is not");
  expect(emma.complaints).toEqual([]);
});
