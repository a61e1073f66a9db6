import { expect, test } from "bun:test";
import { Person, password } from "../support/person.ts";
import { stage } from "../support/stage.ts";
import type { Visitor } from "../support/visitor.ts";

const { server, owner, visit } = stage({ browser: true, owner: "olga", registration: "invite" });

async function register(visitor: Visitor) {
  await visitor.field("Username").fill(visitor.name);
  await visitor.field("Password").fill(password);
  await visitor.field("Confirm password").fill(password);
  await visitor.button("Register").click();
}
async function change(more: object) {
  const rules = (await server.store.settings.read())!;
  expect((await owner.fetch("PUT", "/api/settings", { ...rules, ...more })).ok).toBe(true);
}

test("the owner makes an invitation, somebody comes in with it, and then it is used up", async () => {
  const olga = await (await visit("olga")).logIn();
  await olga.log.waitFor();
  await olga.goto("/admin/invites");
  await olga.page.getByText("There are no invitations yet.").waitFor();
  await olga.field("Who or what is it for?").fill("For aunt Ada");
  await olga.button("Make an invitation").click();
  const link = await olga.field("Invitation link").inputValue();
  expect(link.startsWith(`${server.origin}/join#`)).toBe(true);
  await olga.page.getByText(/^0 of 1 joined/).waitFor();

  const ada = await visit("ada");
  await ada.goto("/");
  // As one does who was sent it as a text, and has the page open already.
  await ada.button("I have an invitation").click();
  await ada.field("Invitation").fill("let me in");
  await ada.button("Continue").click();
  await ada.page.getByText("That is no invitation. Paste the whole link.").waitFor();
  await ada.field("Invitation").fill(link);
  await ada.button("Continue").click();
  await ada.heading("olga invites you to Secure Chat").waitFor();
  await register(ada);
  await ada.log.waitFor();
  expect(await ada.page.evaluate(() => sessionStorage.length)).toBe(0);

  const late = await visit("late");
  await late.page.goto(link);
  await late.heading("This invitation is not valid any more").waitFor();
  await olga.page.reload();
  await olga.page.getByText("used up", { exact: true }).waitFor();
});

test("one that is used up while somebody fills in the form says so, and loses nothing", async () => {
  const made = await owner.fetch("POST", "/api/invites", { label: "", expiresIn: null, maxUses: 1 });
  const { token } = await made.json();
  const slow = await visit("slow");
  await slow.goto(`/join#${token}`);
  await slow.heading("olga invites you to Secure Chat").waitFor();
  const quick = new Person(server, "quick");
  expect((await quick.fetch("POST", "/api/account", { name: "quick", password, invite: token })).status).toBe(
    201,
  );
  await register(slow);
  await slow.page.getByText("This invitation is not valid any more. Ask for a new one.").waitFor();
  expect(await slow.field("Username").inputValue()).toBe("slow");
});

test("one that is revoked opens nothing any more", async () => {
  const made = await owner.fetch("POST", "/api/invites", {
    label: "Too many",
    expiresIn: null,
    maxUses: null,
  });
  const { token } = await made.json();
  const olga = await (await visit("olga")).logIn();
  await olga.log.waitFor();
  await olga.goto("/admin/invites");
  const row = olga.page.getByRole("listitem").filter({ hasText: "Too many" });
  await row.getByRole("button", { name: "Revoke…" }).click();
  await olga.page.getByRole("alertdialog").getByRole("button", { name: "Revoke", exact: true }).click();
  await row.getByText("revoked", { exact: true }).waitFor();
  const guest = await visit("guest");
  await guest.goto(`/join#${token}`);
  await guest.heading("This invitation is not valid any more").waitFor();
});

test("a chat that takes nobody in says so on every page where one would ask", async () => {
  await change({ registration: "closed" });
  const guest = await visit("guest");
  await guest.goto("/");
  await guest.page.getByText("New accounts cannot be made here at the moment.").waitFor();
  expect(await guest.button("Register").count()).toBe(0);
  await guest.goto("/register");
  await guest.page.getByText(/cannot be made here at the moment/).waitFor();
  await guest.goto("/join#1-AAAAAAAAAAAAAAAAAAAAAA");
  await guest.heading("Secure Chat takes nobody in at the moment").waitFor();

  await change({ registration: "open", welcome: "Be kind." });
  await guest.page.reload();
  // Where anybody may come in, an invitation that is over keeps nobody out.
  await guest.heading("You are invited to Secure Chat").waitFor();
  await guest.page.getByText("Be kind.").waitFor();
  await register(guest);
  await guest.log.waitFor();
});
