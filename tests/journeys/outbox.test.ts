import { expect, test } from "bun:test";
import { stage } from "../support/stage.ts";
import { phone, type Visitor } from "../support/visitor.ts";

const { visit } = stage({ browser: true, env: { MAX_MESSAGE_BYTES: "1000" } });

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
  const alice = await (await visit("alice")).register();
  const bob = await (await visit("bob")).register();
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
  // It may try by itself just then, and the button be gone.
  if (await tryNow.isVisible()) await tryNow.click({ timeout: 2_000 }).catch(() => {});
  await bob.sees("five");
  const seen = (await bob.log.innerText()).split("\n").filter((line) => texts.includes(line.trim()));
  expect(seen).toEqual(texts);
  await alice.until(
    () => alice.log.innerText(),
    (text) => texts.every((each) => text.split(`\n${each}`).length === 2),
  );

  // Without a network, too, one is asked what is to become of it.
  await bob.context.setOffline(true);
  await bob.say("six");
  await bob.button("Log out").click();
  await bob.button("Stay").click();
  // A page that was not fetched yet says so, and comes when the network does.
  await bob.button("bob, account").click();
  await bob.page.getByText("The chat cannot be reached").waitFor();
  await bob.context.setOffline(false);
  await bob.page.getByRole("heading", { name: "Devices" }).waitFor();
  await bob.goto("/");
  await alice.sees("six");
});

test("the chat's own limit is shown before sending, and what it refuses comes back to be changed", async () => {
  const carol = await (await visit("carol")).register();
  const long = `${"long ".repeat(300)}end`;
  await carol.composer.fill("ä".repeat(450));
  await carol.page.getByText("100 bytes left").waitFor();
  await carol.composer.fill(long);
  await carol.page.getByText("503 bytes too long").waitFor();
  expect(await carol.button("Send").isDisabled()).toBe(true);
  await carol.composer.press("Enter");
  expect(await carol.composer.inputValue()).toBe(long);

  // Without a connection nobody knows what this chat allows.
  await carol.composer.fill("");
  const network = await cutSocket(carol);
  await carol.page.reload();
  for (const text of [long, `second ${long}`, `third ${long}`]) await carol.say(text);
  network.restore();
  const tryNow = carol.button(/try now/i);
  // It may try by itself just then, and the button be gone.
  if (await tryNow.isVisible()) await tryNow.click({ timeout: 2_000 }).catch(() => {});
  await carol.log.getByText("Not sent. That message is too long.").nth(1).waitFor();
  // The first came back by itself, and what it left no room for stays where it is.
  expect(await carol.composer.inputValue()).toBe(long);
  await carol.page.getByText(/^Not sent\. This is about 2 times too long/).waitFor();
  expect(await carol.log.getByText("Not sent.").count()).toBe(2);

  const discard = carol.log.getByRole("button", { name: "Delete…" }).first();
  await discard.click();
  await carol.button("Keep it").click();
  await discard.click();
  await carol.button("Delete").click();
  await carol.log.getByText("second long").waitFor({ state: "detached" });
  await carol.log.getByRole("button", { name: "Edit" }).click();
  expect(await carol.composer.inputValue()).toBe(`third ${long}\n\n${long}`);
  expect(await carol.log.getByText("Not sent.").count()).toBe(0);
});

test("on a phone Enter breaks the line, and the button sends without leaving the page", async () => {
  const paula = await (await visit("paula", phone)).register();
  await paula.composer.tap();
  await paula.composer.pressSequentially("milk");
  await paula.composer.press("Enter");
  await paula.composer.pressSequentially("bread");
  expect(await paula.composer.inputValue()).toBe("milk\nbread");
  expect(await paula.composer.getAttribute("enterkeyhint")).toBe("enter");
  await paula.button("Send").tap();
  await paula.sees("milk\nbread");
  expect(await paula.composer.evaluate((area) => area === document.activeElement)).toBe(true);
});

test("Enter sends, Shift+Enter breaks the line, and text being composed is never sent", async () => {
  const dora = await (await visit("dora")).register();
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
  const emma = await visit("emma");
  await emma.context.addInitScript(refuseStorage);
  await emma.goto("/login");
  await emma.page.getByText(/refuses cookies/).waitFor();
  await emma.register();
  await emma.page.getByText(/keeps nothing for this page/).waitFor();
  expect(await emma.page.getByText(/refuses cookies/).count()).toBe(0);
  await emma.say("this is sent");
  await emma.composer.fill("this is not");
  await emma.button("emma, account").click();
  await emma.page.getByText("not tied to its browser").waitFor();
  await emma.page.getByRole("link", { name: "Back to the chat" }).click();
  expect(await emma.composer.inputValue()).toBe("this is not");
});
