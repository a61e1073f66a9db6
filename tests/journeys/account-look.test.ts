import { test } from "bun:test";
import { judge } from "../support/judge.ts";
import { looks } from "../support/looks.ts";
import { addPasskey, PasskeyDevice } from "../support/passkey-device.ts";
import { Person } from "../support/person.ts";
import { stage } from "../support/stage.ts";

const { server, visit } = stage({ browser: true });

const long = "The old tablet of grandmother in the kitchen, on the left";

for (const [at, [look, options]] of looks.entries()) {
  test(`passkeys, devices and own data can be used by everybody: ${look}`, async () => {
    const visitor = await (await visit(`anna-${at}0`, options)).register();
    const { page } = visitor;
    await visitor.goto("/account");
    await visitor.button("Add a passkey…").waitFor();
    await page.getByText("This device").waitFor();
    await judge(visitor, "nothing yet");

    const others = await Promise.all(
      [0, 1, 2].map(async () => {
        const other = await new Person(server, visitor.name).logIn();
        return other;
      }),
    );
    const added = await addPasskey(others[0]!, new PasskeyDevice(server), "Phone");
    const { recoveryCodes } = await added.json();
    await addPasskey(others[0]!, new PasskeyDevice(server), "x".repeat(60));
    const [own]: { id: string }[] = await others[0]!.get("/api/account/sessions");
    await others[0]!.fetch("PUT", `/api/account/sessions/${own!.id}`, { label: long });
    await page.reload();
    // With a passkey in the account, a session that a password alone began asks for the second step.
    await page.getByText("I cannot use my passkey here").click();
    await judge(visitor, "the second step without a passkey");
    await page.getByLabel("Recovery code", { exact: true }).fill(recoveryCodes[0]);
    await visitor.button("Continue").click();
    await page.getByText("x".repeat(60)).waitFor();
    await page.getByText(long).waitFor();
    await judge(visitor, "two passkeys, four devices");

    for (const [button, what] of [
      ["Add a passkey…", "a new passkey"],
      ["Remove Phone", "removing a passkey"],
      [`Name ${long}`, "naming a device"],
      ["Delete account…", "deletion"],
    ] as const) {
      await visitor.button(button).click();
      await visitor.button("Cancel").waitFor();
      await judge(visitor, what);
      await visitor.button("Cancel").click();
    }

    const { by } = server.store.messages;
    const held = Promise.withResolvers<void>();
    server.store.messages.by = async (...asked) => {
      await held.promise;
      return by(...asked);
    };
    await visitor.button("As JSON").click();
    await page.getByRole("progressbar", { name: "Export" }).waitFor();
    await judge(visitor, "export under way");
    held.resolve();
    server.store.messages.by = by;
    await page.getByText("Saved with your downloads.").waitFor();
    await judge(visitor, "export done");

    await visitor.button("Log out").click();
    await visitor.button("Log in with a passkey").waitFor();
    await judge(visitor, "login");
  });
}
