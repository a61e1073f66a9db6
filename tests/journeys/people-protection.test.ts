import { expect, setDefaultTimeout, test } from "bun:test";
import { launch } from "../support/browser.ts";
import { addPasskey, PasskeyDevice } from "../support/passkey-device.ts";
import { village } from "../support/village.ts";
import { Visitor } from "../support/visitor.ts";

setDefaultTimeout(60_000);

test("an admin sees who has more than a password, and is told of no two-step login where there is none", async () => {
  const [browser, { server, people }] = await Promise.all([
    launch(),
    village({ olivia: "owner", pat: "member", bob: "member" }),
  ]);
  await addPasskey(people.pat!, new PasskeyDevice(server.origin));
  const olivia = await Visitor.arrive(browser, server, "olivia");
  await olivia.logIn();
  await olivia.log.waitFor();
  await olivia.goto("/admin/people");
  const rows = olivia.page.getByRole("list", { name: "People" }).getByRole("listitem");
  await rows.filter({ hasText: "pat" }).getByText("· two-step login or passkey").waitFor();
  await rows.filter({ hasText: "bob" }).getByText("· no two-step login or passkey").waitFor();
  expect(olivia.complaints).toEqual([]);
  await browser.close();
  await server.stop();
  expect(server.bugs).toEqual([]);
});
