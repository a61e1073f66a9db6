import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser } from "playwright-core";
import { launch } from "../support/browser.ts";
import { setUpLink } from "../support/house.ts";
import { Person } from "../support/person.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { Visitor } from "../support/visitor.ts";

setDefaultTimeout(90_000);
let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ house: null }), launch()]);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  expect(server.bugs).toEqual([]);
});

const field = ({ page }: Visitor, label: string) => page.getByLabel(label, { exact: true });
const heading = ({ page }: Visitor, name: string) => page.getByRole("heading", { name, exact: true });

test("a forgotten password is mended by a link, once, and the other devices are logged out", async () => {
  const owner = await new Person(server, "olga").setUp(setUpLink(server));
  const tablet = await (await Visitor.arrive(browser, server, "ann")).register();
  const { id } = (await server.store.users.byName("ann"))!;
  const { token } = await (await owner.fetch("POST", `/api/people/${id}/reset`)).json();

  const phone = await Visitor.arrive(browser, server, "ann");
  await phone.goto(`/reset#${token}`);
  await heading(phone, "A new password for ann").waitFor();
  expect(phone.page.url()).toBe(`${server.origin}/reset`);
  await field(phone, "New password").fill("short");
  await field(phone, "Confirm new password").fill("short");
  await phone.button("Set the password").click();
  await phone.page.getByText("A password must have at least 8 characters.").waitFor();
  expect(await field(phone, "New password").getAttribute("autocomplete")).toBe("new-password");
  const next = "an entirely new password";
  await field(phone, "New password").fill(next);
  await field(phone, "Confirm new password").fill(next);
  await phone.button("Set the password").click();
  await phone.log.waitFor();

  await tablet.page.getByRole("tab", { name: "Log in" }).waitFor();
  await tablet.logIn(next);
  await tablet.log.waitFor();
  await phone.say("Back again");
  await tablet.sees("Back again");

  const thief = await Visitor.arrive(browser, server, "thief");
  await thief.goto(`/reset#${token}`);
  await heading(thief, "This link does not work").waitFor();
  expect(await thief.page.getByRole("alert").innerText()).toBe("This link is not valid any more.");
  await thief.page.getByRole("link", { name: "Log in" }).click();
  await field(thief, "Username").waitFor();
  for (const { complaints } of [tablet, phone, thief]) expect(complaints).toEqual([]);
});
