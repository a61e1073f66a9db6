import { expect, test } from "bun:test";
import { stage } from "../support/stage.ts";

const { visit } = stage({ browser: true });

const code = "```ts\n\tif (a < b)  {\n\n    return `x`;\n}\n```";

test("what is written with signs is shown without them, and comes back as it was written", async () => {
  const alice = await (await visit("alice")).register();
  const bob = await (await visit("bob")).register();
  const field = alice.page.getByRole("textbox", { name: "Message", exact: true });
  const { keyboard } = alice.page;

  await field.pressSequentially("Bring ");
  await keyboard.press("Control+b");
  await field.pressSequentially("all");
  await keyboard.press("End");
  await keyboard.press("Shift+Enter");
  await field.pressSequentially("- bread");
  await keyboard.press("Shift+Enter");
  await field.pressSequentially("milk ||and cake||");
  await keyboard.press("Shift+Enter");
  await keyboard.press("Shift+Enter");
  expect(await field.inputValue()).toBe("Bring **all**\n- bread\n- milk ||and cake||\n");
  // Undoing takes back what the keys have done as it takes back what was typed.
  await keyboard.press("Control+z");
  expect(await field.inputValue()).toBe("Bring **all**\n- bread\n- milk ||and cake||\n- ");
  await keyboard.press("Control+Shift+z");
  await field.pressSequentially("@bob @here");
  await keyboard.press("Enter");

  const list = bob.log.getByRole("listitem");
  await list.filter({ hasText: "bread" }).waitFor();
  expect(await bob.log.locator("strong").allTextContents()).toEqual(["all"]);
  expect(await bob.log.locator(".mention.me").allTextContents()).toEqual(["@bob", "@here"]);
  await bob.log.getByRole("button", { name: "Show spoiler" }).press("Enter");
  await bob.log.getByText("and cake").waitFor();

  await field.fill(code);
  await keyboard.press("Control+End");
  await keyboard.press("Enter");
  await bob.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await bob.log.getByRole("button", { name: "Copy", exact: true }).click();
  await bob.log.getByRole("button", { name: "Copied" }).waitFor();
  const clipboard = () => bob.page.evaluate(() => navigator.clipboard.readText());
  expect(await clipboard()).toBe("\tif (a < b)  {\n\n    return `x`;\n}");
  await bob.log.locator("pre .keyword").first().waitFor();

  // Over several messages a whole one is copied as it was written.
  await bob.log.evaluate((log) => document.getSelection()!.selectAllChildren(log));
  await bob.page.keyboard.press("Control+c");
  const written = "Bring **all**\n- bread\n- milk ||and cake||\n@bob @here";
  expect(await clipboard()).toContain(`${written}\n${code}`);
  // Of a part what is seen is copied.
  await bob.log.evaluate((log) => {
    const ends = [log.querySelector("strong")!, log.querySelector("pre .string")!];
    document.getSelection()!.setBaseAndExtent(ends[0]!, 0, ends[1]!, 1);
  });
  await bob.page.keyboard.press("Control+c");
  expect(await clipboard()).toContain(
    "all\nbread\nmilk and cake\n@bob @here\n\tif (a < b)  {\n\n    return `x`",
  );
  await bob.log
    .locator("[data-text]")
    .first()
    .evaluate((text) => document.getSelection()!.selectAllChildren(text));
  await bob.page.keyboard.press("Control+c");
  expect(await clipboard()).toBe(written);
});
