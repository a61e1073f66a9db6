import { test } from "bun:test";
import { addPasskey, PasskeyDevice } from "../support/passkey-device.ts";
import { stage } from "../support/stage.ts";

const { server, pat, visit } = stage({
  browser: true,
  people: { olivia: "owner", pat: "member", bob: "member" },
});

test("an admin sees who has more than a password, and is told of no two-step login where there is none", async () => {
  await addPasskey(pat, new PasskeyDevice(server));
  const olivia = await visit("olivia");
  await olivia.logIn();
  await olivia.log.waitFor();
  await olivia.goto("/admin/people");
  const rows = olivia.page.getByRole("list", { name: "People" }).getByRole("listitem");
  await rows.filter({ hasText: "pat" }).getByText("· two-step login or passkey").waitFor();
  await rows.filter({ hasText: "bob" }).getByText("· no two-step login or passkey").waitFor();
});
