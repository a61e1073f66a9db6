import { expect, test } from "bun:test";
import { stage } from "../support/stage.ts";

const { visit } = stage({ browser: true, env: { SOCKETS_PER_USER: "2" } });

test("three people meet, talk in the group and in private, and find it all again after a reload", async () => {
  const alice = await (await visit("alice")).registerByForm();
  const bob = await (await visit("bob")).registerByForm();
  const carol = await (await visit("carol")).registerByForm();

  await alice.sees("bob has joined the chat");
  await alice.say("Hello everybody");
  await Promise.all([bob.sees("Hello everybody"), carol.sees("Hello everybody")]);
  await bob.say("Hi alice");
  await carol.say("Hi you two");
  await alice.sees("Hi you two");
  const told = alice.page.locator("main [aria-live=polite] p");
  expect(await told.allInnerTexts()).toEqual(["bob: Hi alice", "carol: Hi you two"]);

  await alice.openPrivate("bob");
  await alice.say("Only for you");
  await bob.conversation("alice").click();
  await bob.sees("Only for you");
  await bob.say("It stays between us");
  await alice.sees("It stays between us");
  expect(await carol.page.getByText("Only for you").count()).toBe(0);
  expect(await carol.conversation("alice").count()).toBe(0);

  await Promise.all([alice.page.reload(), bob.page.reload(), carol.page.reload()]);
  await Promise.all([alice.sees("It stays between us"), bob.sees("Only for you"), carol.sees("Hi you two")]);
  await alice.conversation("Group Chat").click();
  await alice.sees("Hi alice");
  const texts = await alice.log.innerText();
  const order = ["Hello everybody", "Hi alice", "Hi you two"].map((text) => texts.indexOf(text));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(order.every((at) => at >= 0)).toBe(true);

  await alice.page.goBack();
  await alice.sees("Only for you");
  await alice.page.goForward();
  await alice.sees("Hello everybody");
});

test("a private message to someone who is away waits for them, and counts as unread everywhere", async () => {
  const dora = await (await visit("dora")).register();
  const emil = await (await visit("emil")).register();
  await dora.openPrivate("emil");
  await emil.page.close();
  await dora.say("first");
  await dora.say("second");

  const back = await (await visit("emil")).logIn();
  await back
    .conversation("dora")
    .filter({ hasText: /2\s*unread/ })
    .waitFor();
  await back.page.reload();
  await back
    .conversation("dora")
    .filter({ hasText: /2\s*unread/ })
    .waitFor();
  for (const [path, title] of [
    ["/account", "(2) Account · Secure Chat"],
    ["/nowhere", "(2) Nothing here · Secure Chat"],
    ["/c/group/", "(2) Group Chat · Secure Chat"],
  ] as const) {
    await back.goto(path);
    await back.until(
      () => back.page.title(),
      (shown) => shown === title,
    );
  }
  await back.conversation("dora").click();
  await back.sees("second");
  const tab = await back.anotherTab();
  await tab.conversation("dora").waitFor();
  await tab.conversation("dora").filter({ hasNotText: "unread" }).waitFor();

  // One tab too many says so, and goes on when another one is closed.
  const third = await back.anotherTab();
  await third.page.getByText("open in too many tabs").waitFor();
  await third.log.getByText("Nothing is shown here").waitFor();
  expect(await third.page.getByRole("heading", { name: "Online users", exact: true }).count()).toBe(1);
  await tab.page.close();
  await third.conversation("dora").click();
  await third.sees("second");
  expect(await third.page.getByText("open in too many tabs").count()).toBe(0);

  await third.say("third");
  await third.context.grantPermissions(["clipboard-read"]);
  const copied = await third.log.evaluate(async (log) => {
    const rows = [...log.querySelectorAll("article")];
    const end = rows.at(-1)!.querySelector("p")!;
    document.getSelection()!.setBaseAndExtent(rows[0]!, 0, end, end.childNodes.length);
    document.execCommand("copy");
    return navigator.clipboard.readText();
  });
  expect(copied).toMatch(/^dora \d\d:\d\d\nfirst\nsecond\n\nemil \d\d:\d\d\nthird$/);
});

test("people are online once, however many tabs they have, and a reload tells nobody", async () => {
  const fritz = await (await visit("fritz")).register();
  // Who came before him has not joined since.
  await fritz.onlineUsers.getByText("fritz").first().waitFor();
  const gerda = await (await visit("gerda")).register();
  const second = await gerda.anotherTab();
  await second.log.waitFor();
  await fritz.onlineUsers.getByRole("button", { name: "Message gerda" }).waitFor();
  expect(await fritz.onlineUsers.getByRole("button", { name: "Message gerda" }).count()).toBe(1);
  await fritz.sees("gerda has joined the chat");
  await gerda.page.reload();
  await gerda.say("still here");
  await fritz.sees("still here");
  expect(await fritz.log.getByText("gerda has left the chat").count()).toBe(0);
  expect(await fritz.log.getByText("gerda has joined the chat").count()).toBe(1);

  // Who still has something to send is asked about it before they go.
  await second.log.locator("article:not(.pending)").getByText("still here").waitFor();
  await second
    .button(/^gerda|account/i)
    .first()
    .click();
  await second.button("Log out").click();
  await fritz.sees("gerda has left the chat");
  await gerda.page
    .getByRole("tab", { name: "Log in" })
    .or(gerda.page.getByRole("link", { name: "Log in" }))
    .first()
    .waitFor();
});
