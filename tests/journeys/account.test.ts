import { expect, test } from "bun:test";
import { password } from "../support/person.ts";
import { stage } from "../support/stage.ts";
import type { Visitor } from "../support/visitor.ts";

const { visit } = stage({ browser: true });

const alert = (visitor: Visitor, text: RegExp) => visitor.page.getByText(text).first().waitFor();

test("the forms say what is wrong, beside what is wrong", async () => {
  const anna = await visit("anna");
  await anna.goto("/register");
  const field = (label: string) => anna.page.getByLabel(label, { exact: true });
  await field("Username").fill("a!");
  await field("Password").fill("short");
  await field("Confirm password").fill("other");
  await anna.button("Register").click();
  expect(await field("Username").getAttribute("aria-invalid")).toBe("true");
  expect(await anna.page.evaluate(() => document.activeElement?.getAttribute("aria-invalid"))).toBe("true");
  expect(await field("Password").getAttribute("type")).toBe("password");
  expect(await field("Password").getAttribute("autocomplete")).toBe("new-password");

  await field("Username").fill("anna");
  await field("Password").fill(password);
  await field("Confirm password").fill(password);
  await anna.button("Register").click();
  await anna.log.waitFor();

  const other = await visit("ANNA");
  await other.goto("/register");
  await other.page.getByLabel("Username", { exact: true }).fill("ANNA");
  await other.page.getByLabel("Password", { exact: true }).fill(password);
  await other.page.getByLabel("Confirm password", { exact: true }).fill(password);
  await other.button("Register").click();
  await alert(other, /taken/i);
  await other.page.getByRole("tab", { name: "Log in" }).click();
  await other.page.getByLabel("Username", { exact: true }).fill("nobody-here");
  await other.page.getByLabel("Password", { exact: true }).fill("not the password");
  await other.button("Log in").click();
  await alert(other, /do not match/i);
});

test("changing the password signs out the other devices, and the new one is the one that works", async () => {
  const desk = await (await visit("berta")).register();
  const phone = await (await visit("berta")).logIn();
  await phone.log.waitFor();
  await desk.button(/berta, account/).click();
  const next = "an entirely new password";
  await desk.page.getByLabel("Current password", { exact: true }).fill(password);
  await desk.page.getByLabel("New password", { exact: true }).fill(next);
  await desk.page.getByLabel(/^Confirm( new)? password$/).fill(next);
  await desk.button(/change password/i).click();
  await phone.page.getByRole("tab", { name: "Log in" }).waitFor();
  await desk.goto("/");
  await desk.say("I am still here");

  await phone.logIn(password);
  await alert(phone, /do not match/i);
  await phone.logIn(next);
  await phone.sees("I am still here");
});

test("a deleted account is gone everywhere, and its messages stay without its name", async () => {
  const carla = await (await visit("carla")).register();
  const witness = await (await visit("witness")).register();
  await carla.say("remember me");
  await witness.sees("remember me");
  await carla.button(/carla, account/).click();
  await carla.button("Delete account…").click();
  const dialog = carla.page.getByRole("alertdialog", { name: "Delete your account?" });
  expect(await dialog.getByLabel("Keep my messages").isChecked()).toBe(true);
  await dialog.getByRole("button", { name: "Delete my account" }).click();
  await carla.page
    .getByRole("tab", { name: "Log in" })
    .or(carla.page.getByRole("link", { name: "Log in" }))
    .first()
    .waitFor();
  await witness.log
    .getByText(/deleted/i)
    .first()
    .waitFor();
  await witness.sees("remember me");
  await witness.page.reload();
  await witness.sees("remember me");
  expect(await witness.log.getByText("carla", { exact: true }).count()).toBe(0);

  await carla.logIn();
  await alert(carla, /do not match/i);
});
