import { expect, test } from "bun:test";
import { judge } from "../support/judge.ts";
import { looks } from "../support/looks.ts";
import { Person, password } from "../support/person.ts";
import { startServer } from "../support/server.ts";
import { setUpLink } from "../support/server-settings.ts";
import { inBrowser } from "../support/stage.ts";

const visit = inBrowser();

for (const [look, options] of looks)
  test(`axe finds nothing on the ways in, and nothing hangs over the edge: ${look}`, async () => {
    const server = await startServer({ settings: null });
    const visitor = await visit(server, "a-name.as_long-as-20", options);
    const { page } = visitor;
    const sees = (heading: string | RegExp) => page.getByRole("heading", { name: heading }).waitFor();

    await visitor.goto("/");
    await sees("This chat is not set up yet");
    await judge(visitor);
    await visitor.goto(setUpLink(server));
    await visitor.field("Name of the chat").waitFor();
    await visitor.button("Set up the chat").click();
    await page.getByText("The name must not be empty.").waitFor();
    await judge(visitor);
    await visitor.field("Name of the chat").fill("The Featherstonehaugh-Cholmondeleys Club");
    await visitor.field("Username").fill(visitor.name);
    await visitor.field("Password").fill(password);
    await visitor.field("Confirm password").fill(password);
    await visitor.button("Set up the chat").click();
    await visitor.field("Invitation").waitFor();
    await judge(visitor);
    const link = await visitor.field("Invitation").inputValue();
    await visitor.button("Go to the chat").click();
    await visitor.log.waitFor();
    await visitor.goto("/admin/invites");
    await visitor.button("Show link").click();
    await judge(visitor, "an invitation", "main");
    await visitor.button("Revoke…").click();
    await judge(visitor, "revoking it", "[role=alertdialog]");

    const guest = await new Person(server, "guest").fetch("POST", "/api/account", {
      name: "guest",
      password,
      invite: link.split("#")[1],
    });
    expect(guest.status).toBe(201);
    const owner = await new Person(server, visitor.name).logIn();
    const { token } = await (await owner.fetch("POST", "/api/people/2/reset")).json();
    await visitor.context.clearCookies();
    for (const [path, heading] of [
      ["/", "A private chat for the people you know."],
      ["/register", "Register"],
      [new URL(link).pathname + new URL(link).hash, / invites you to /],
      ["/join#1-AAAAAAAAAAAAAAAAAAAAAA", "This invitation is not valid any more"],
      ["/setup", "This chat is set up already"],
      [`/reset#${token}`, "A new password for guest"],
      ["/reset#nothing", "This link does not work"],
    ] as const) {
      await page.goto("about:blank");
      await visitor.goto(path);
      await sees(heading);
      await judge(visitor);
    }

    await visitor.context.close();
    await server.stop();
    expect(server.bugs).toEqual([]);
  });
