import { expect, test } from "bun:test";
import { stage } from "../support/stage.ts";
import { desk, phone, type Visitor } from "../support/visitor.ts";

const { visit } = stage({ browser: true });

const devices = ({ page }: Visitor) => page.getByRole("list", { name: "Devices" });
const loggedOut = ({ page }: Visitor) => page.getByText("You were logged out, on this device").waitFor();
const iphone =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

test("anna sees where she is logged in, names her phone, and logs it out, and then all others", async () => {
  const anna = await (await visit("anna")).register();
  const there = await visit("anna", { ...phone, userAgent: iphone });
  await (await there.logIn()).log.waitFor();
  await anna.goto("/account");
  const list = devices(anna);
  await list.getByText("Safari on iOS", { exact: true }).waitFor();
  const here = list.getByRole("listitem").filter({ hasText: "This device" });
  expect(await here.getByRole("button", { name: /^Log out/ }).count()).toBe(0);
  expect(await here.innerText()).toContain("127.0.0.1");

  await anna.button("Name Safari on iOS").click();
  await anna.page.getByLabel("Name", { exact: true }).fill("Old phone");
  await anna.button("Save").click();
  await list.getByText("Old phone", { exact: true }).waitFor();
  await there.composer.fill("half a thought");
  await anna.button("Log out Old phone").click();
  await loggedOut(there);
  await list.getByText("Old phone", { exact: true }).waitFor({ state: "detached" });

  // What was begun comes to the tab in which one logs in again, and the tab that shows the form is let in as well.
  const again = await (await there.anotherTab("/login")).logIn();
  await Promise.all([again.log.waitFor(), there.log.waitFor()]);
  expect(await again.composer.inputValue()).toBe("half a thought");

  const others = await Promise.all(
    [desk, phone].map(async (options) => {
      const visitor = await (await visit("anna", options)).logIn();
      await visitor.log.waitFor();
      return visitor;
    }),
  );
  await anna.page.reload();
  await anna.button("Log out all other devices").click();
  await Promise.all([again, there, ...others].map(loggedOut));
  await anna.until(
    () => devices(anna).getByRole("listitem").count(),
    (count) => count === 1,
  );
  await anna.goto("/");
  await anna.say("I am still here");
});
