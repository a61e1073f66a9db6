import { test } from "bun:test";
import { sql } from "drizzle-orm";
import { system } from "../../server/system.ts";
import { Authenticator } from "../support/authenticator.ts";
import { judge } from "../support/judge.ts";
import { looks } from "../support/looks.ts";
import { password } from "../support/person.ts";
import { stage } from "../support/stage.ts";

let ahead = 0;
const now = () => Date.now() + ahead;
const { server, visit } = stage({
  browser: true,
  system: { ...system, now },
  settings: { secondFactor: "admins" },
});

for (const [at, [look, options]] of looks.entries()) {
  test(`the pages of two-step login can be used by everybody: ${look}`, async () => {
    const visitor = await visit(`a-name.as_long-as-${at}0`, options);
    const { page } = visitor;
    await visitor.register();
    server.db.run(sql`update users set role = 'admin'`);
    await page.reload();
    await visitor.button("Set up with my phone").waitFor();
    await judge(visitor, "enrolment");
    await visitor.button("Set up with my phone").click();
    await page.getByText("I cannot scan it").click();
    await judge(visitor, "setting up");
    const secret = await page.locator("details code").innerText();
    const app = new Authenticator(secret.replaceAll(" ", ""));
    await page.getByLabel("Code", { exact: true }).fill(app.at(now()));
    await visitor.button("Continue").click();
    await visitor.button("I have kept them").waitFor();
    await judge(visitor, "recovery codes");
    await visitor.button("I have kept them").click();
    await visitor.log.waitFor();

    await visitor.goto("/account");
    await page.getByText("10 recovery codes are left.").waitFor();
    await judge(visitor, "account");
    ahead += 11 * 60_000;
    await visitor.button("Turn off…").click();
    await judge(visitor, "turning off");
    await visitor.button("Cancel").click();
    await visitor.button("Change phone…").click();
    await page.getByRole("alertdialog", { name: "Is it you?" }).getByLabel("Password").waitFor();
    await judge(visitor, "proof by password and code");
    await visitor.button("Cancel").click();

    await visitor.button("Log out").click();
    await page.getByRole("tab", { name: "Log in" }).waitFor();
    await visitor.logIn(password);
    await page.getByText("I do not have my phone").click();
    await judge(visitor, "second factor");
  });
}
