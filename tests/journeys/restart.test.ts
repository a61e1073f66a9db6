import { afterAll, beforeAll, expect, test } from "bun:test";
import { ChatProcess } from "../support/chat-process.ts";
import { inBrowser } from "../support/stage.ts";
import type { Visitor } from "../support/visitor.ts";

const chat = new ChatProcess();
const visit = inBrowser();
beforeAll(() => chat.start());
afterAll(() => chat.remove());

/** What a visitor's log shows of these texts, in its order, each as often as it stands there. */
async function shown(visitor: Visitor, texts: string[]) {
  const lines = (await visitor.log.innerText()).split("\n").map((line) => line.trim());
  return lines.filter((line) => texts.includes(line));
}

async function comeBack(visitor: Visitor) {
  const now = visitor.button(/try now/i);
  if (await now.isVisible()) await now.click({ timeout: 1000 }).catch(() => undefined);
}

test("the server is killed and comes back in the middle: nothing is lost, doubled or out of order", async () => {
  const alice = await (await visit(chat, "alice")).register();
  const bob = await (await visit(chat, "bob")).register();
  const texts: string[] = [];
  const say = async (visitor: Visitor, text: string) => {
    texts.push(text);
    await visitor.say(text);
  };

  await say(alice, "before the first kill");
  await bob.sees("before the first kill");
  for (const round of [1, 2]) {
    await chat.kill();
    await say(alice, `written by alice without a server, round ${round}`);
    await say(bob, `written by bob without a server, round ${round}`);
    await chat.start();
    await Promise.all([comeBack(alice), comeBack(bob)]);
    await bob.sees(`written by alice without a server, round ${round}`);
    await alice.sees(`written by bob without a server, round ${round}`);
    await say(alice, `after the start, round ${round}`);
    await bob.sees(`after the start, round ${round}`);
  }
  expect(await chat.stop()).toBe(0);
  await say(bob, "while it was stopped in good order");
  await chat.start();
  await Promise.all([comeBack(alice), comeBack(bob)]);
  await alice.sees("while it was stopped in good order");

  await Promise.all([alice.page.reload(), bob.page.reload()]);
  await Promise.all([
    alice.sees("while it was stopped in good order"),
    bob.sees("while it was stopped in good order"),
  ]);
  const [one, other] = [await shown(alice, texts), await shown(bob, texts)];
  expect(one).toEqual(other);
  expect(one.toSorted()).toEqual(texts.toSorted());
  const byAlice = (text: string) => !text.includes("bob") && !text.startsWith("while");
  expect(one.filter(byAlice)).toEqual(texts.filter(byAlice));
  expect(await alice.log.getByText("bob has joined the chat").count()).toBe(0);
});
