import { expect, test } from "bun:test";
import { stage } from "../support/stage.ts";
import { desk, phone, type Visitor } from "../support/visitor.ts";

const { visit } = stage({ browser: true, people: { mona: "moderator", anna: "member", bert: "member" } });

async function arrive(name: string, options = desk): Promise<Visitor> {
  const visitor = await (await visit(name, options)).logIn();
  await visitor.log.waitFor();
  return visitor;
}
const rowOf = (visitor: Visitor, text: string) =>
  visitor.log.getByRole("article").filter({ hasText: text }).first();

async function choose(visitor: Visitor, text: string, entry: string): Promise<void> {
  await rowOf(visitor, text).hover();
  await rowOf(visitor, text)
    .getByRole("button", { name: /^More about/ })
    .click();
  await visitor.page.getByRole("menuitem", { name: entry, exact: true }).click();
}

/** Puts a finger on a message, and pulls it to the right by so much before it is lifted; or else lets it rest until the menu is there. */
async function touch(visitor: Visitor, text: string, pulled: number): Promise<void> {
  const { x, y } = (await rowOf(visitor, text).locator("p").first().boundingBox())!;
  const devtools = await visitor.context.newCDPSession(visitor.page);
  const finger = (type: "touchStart" | "touchMove" | "touchEnd", by = 0) =>
    devtools.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: type === "touchEnd" ? [] : [{ x: x + 8 + by, y: y + 8 }],
    });
  await finger("touchStart");
  if (pulled === 0) await visitor.page.getByRole("menu").waitFor();
  for (let by = 10; by <= pulled; by += 10) await finger("touchMove", by);
  await finger("touchEnd");
}

test("people answer each other, read the thread beside the log, put right what they wrote, and pin what matters", async () => {
  const [mona, anna, bert] = await Promise.all([arrive("mona"), arrive("anna"), arrive("bert", phone)]);
  await anna.say("Who brings the tent?");
  await bert.sees("Who brings the tent?");

  // By finger: a little pull is none, a long rest opens the menu.
  await touch(bert, "Who brings", 40);
  await touch(bert, "Who brings", 0);
  expect(await bert.page.getByText("Replying to").count()).toBe(0);
  await bert.page.getByRole("menuitem", { name: "React with 🎉" }).click();
  await rowOf(anna, "Who brings").getByRole("button", { name: /🎉/ }).waitFor();
  await touch(bert, "Who brings", 90);
  await bert.page.getByText("Replying to anna").waitFor();
  await bert.composer.fill("I do");
  await bert.button("Send").click();
  const answer = rowOf(anna, "I do");
  await answer.getByRole("button", { name: "Answers anna Who brings the tent?" }).waitFor();
  await rowOf(anna, "Who brings").getByRole("button", { name: "1 reply" }).click();

  const thread = anna.page.getByRole("complementary", { name: "Thread" });
  await thread.getByText("I do").waitFor();
  await thread.getByRole("textbox", { name: "Reply in the thread" }).fill("Perfect, thenk you");
  await anna.page.keyboard.press("Enter");
  await thread.getByText("Perfect, thenk you").waitFor();
  await rowOf(bert, "Perfect, thenk you").waitFor();
  await rowOf(bert, "Who brings").getByRole("button", { name: "2 replies" }).waitFor();

  // Up brings back what was said last; Escape gives that up, and keeps what was begun.
  await anna.page.keyboard.press("ArrowUp");
  await thread.getByText("Editing your message").waitFor();
  await anna.page.keyboard.press("Escape");
  await thread.getByText("Editing your message").waitFor({ state: "detached" });
  await anna.page.keyboard.press("ArrowUp");
  await thread.getByRole("textbox", { name: "Reply in the thread" }).fill("Perfect, thank you");
  await anna.page.keyboard.press("Enter");
  await rowOf(bert, "Perfect, thank you").getByText("edited").waitFor();
  expect(await bert.page.getByText("thenk").count()).toBe(0);

  await choose(mona, "Who brings", "Pin");
  await rowOf(bert, "Who brings").getByText("Pinned").waitFor();
  await bert.button("Pinned messages").click();
  const pins = bert.page.getByRole("dialog", { name: "Pinned messages" });
  await pins.getByText("Pinned by mona").waitFor();
  if (process.env.SHOTS) await bert.page.screenshot({ path: `${process.env.SHOTS}/pins.png` });
  await pins.getByRole("button", { name: "Show" }).click();
  await pins.waitFor({ state: "detached" });

  // What was begun about a message lasts through a reload.
  await choose(anna, "I do", "React with 👍");
  await rowOf(bert, "I do").getByRole("button", { name: /👍/ }).waitFor();
  await choose(anna, "I do", "Reply");
  await anna.composer.fill("Half a tho");
  await anna.page.reload();
  await anna.page.getByText("Replying to bert").waitFor();
  expect(await anna.composer.inputValue()).toBe("Half a tho");

  // Deleting can be taken back for a while; whoever closes the page meanwhile has meant it.
  await choose(anna, "Who brings", "Delete");
  await rowOf(anna, "Who brings").getByText("Deleting…").waitFor();
  await anna.button("Undo").click();
  await rowOf(anna, "Who brings").getByText("Deleting…").waitFor({ state: "detached" });
  await choose(anna, "Who brings", "Delete");
  await anna.page.close();
  await rowOf(bert, "Message deleted").getByRole("button", { name: "2 replies" }).waitFor();
  await rowOf(bert, "I do").getByText("Message deleted").waitFor();
  if (process.env.SHOTS)
    for (const visitor of [bert, mona])
      await visitor.page.screenshot({ path: `${process.env.SHOTS}/${visitor.name}.png` });
});
