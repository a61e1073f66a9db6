import { expect, test } from "bun:test";
import { Person } from "../support/person.ts";
import { startServer } from "../support/server.ts";
import { setUpLink } from "../support/server-settings.ts";
import { stage } from "../support/stage.ts";
import { desk } from "../support/visitor.ts";

const { server, visit } = stage({ browser: true, settings: null });

test("a forgotten password is mended by a link, once, and the other devices are logged out", async () => {
  const owner = await new Person(server, "olga").setUp(setUpLink(server));
  const tablet = await (await visit("ann")).register();
  const { id } = (await server.store.users.byName("ann"))!;
  const { token } = await (await owner.fetch("POST", `/api/people/${id}/reset`)).json();

  const phone = await visit("ann");
  await phone.goto(`/reset#${token}`);
  await phone.heading("A new password for ann").waitFor();
  expect(phone.page.url()).toBe(`${server.origin}/reset`);
  await phone.field("New password").fill("short");
  await phone.field("Confirm new password").fill("short");
  await phone.button("Set the password").click();
  await phone.page.getByText("A password must have at least 8 characters.").waitFor();
  const next = "an entirely new password";
  await phone.field("New password").fill(next);
  await phone.field("Confirm new password").fill(next);
  await phone.button("Set the password").click();
  await phone.log.waitFor();
  expect(await phone.page.evaluate(() => sessionStorage.length)).toBe(0);

  await tablet.page.getByRole("tab", { name: "Log in" }).waitFor();
  await tablet.logIn(next);
  await tablet.log.waitFor();
  await phone.say("Back again");
  await tablet.sees("Back again");

  const thief = await visit("thief");
  await thief.goto(`/reset#${token}`);
  await thief.heading("This link does not work").waitFor();
  expect(await thief.page.getByRole("alert").innerText()).toBe("This link is not valid any more.");
  await thief.page.getByRole("link", { name: "Log in" }).click();
  await thief.field("Username").waitFor();
});

test("ASVS 6.2.6 ASVS 6.2.7 on every page where a password is chosen it is hidden, can be pasted, and managers know it", async () => {
  const fresh = await startServer({ settings: null });
  const visitor = await visit("ann", desk, fresh);
  await visitor.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { page } = visitor;

  async function judge() {
    await page.locator("input[name=confirm]").waitFor();
    const fields = await page.locator("input[name=password], input[name=confirm]").all();
    expect(fields).toHaveLength(2);
    for (const password of fields) {
      expect(await password.getAttribute("type")).toBe("password");
      expect(await password.getAttribute("autocomplete")).toBe("new-password");
      await page.evaluate(() => navigator.clipboard.writeText("pasted from a manager"));
      await password.focus();
      await page.keyboard.press("Control+V");
      expect(await password.inputValue()).toBe("pasted from a manager");
    }
    expect(await page.locator("input[autocomplete=username]").count()).toBe(1);
  }

  await visitor.goto(setUpLink(fresh));
  await judge();
  const owner = await new Person(fresh, "olga").setUp(setUpLink(fresh));
  await new Person(fresh, "ben").register();
  const invite = await owner.fetch("POST", "/api/invites", { label: "", expiresIn: null, maxUses: 1 });
  const reset = await owner.fetch("POST", "/api/people/2/reset");
  const secrets = [(await invite.json()).token, (await reset.json()).token];
  for (const path of ["/register", `/join#${secrets[0]}`, `/reset#${secrets[1]}`]) {
    await page.goto("about:blank");
    await visitor.goto(path);
    await judge();
    // ASVS 14.2.1: nothing that a log could hold names the secret of a link.
    const asked = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
    expect(asked.some((url) => url.includes("/api/session"))).toBe(true);
    for (const secret of secrets) expect(asked.filter((url) => url.includes(secret))).toEqual([]);
    expect(page.url()).not.toContain("#");
  }
  await visitor.context.close();
  await fresh.stop();
  expect(fresh.bugs).toEqual([]);
});
