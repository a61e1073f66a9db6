import { expect, test } from "bun:test";
import { stage } from "../support/stage.ts";
import type { Visitor } from "../support/visitor.ts";

const { visit } = stage({ browser: true });

async function begin(visitor: Visitor, what: string) {
  await visitor.button("Begin something").click();
  await visitor.page.getByRole("menuitem", { name: what }).click();
}

test("a room is made, found, joined, talked in, looked after, left and put away; nobody else sees a private one", async () => {
  const ada = await (await visit("ada")).register();
  const bo = await (await visit("bob")).register();
  const cy = await (await visit("cyd")).register();
  await ada.onlineUsers.getByText("cyd").waitFor();

  await begin(ada, "Create a room…");
  await ada.field("Name").fill("Garden");
  await ada.field("What is it for?").fill("Seeds, weather and who waters when");
  await ada.page.getByRole("dialog").getByRole("button", { name: "Create the room" }).click();
  await ada.heading("Garden").first().waitFor();
  await ada.say("Tomatoes are up");

  await begin(bo, "Browse rooms…");
  await bo.button("Join Garden").click();
  await bo.sees("Tomatoes are up");
  await bo.say("I water on Monday");
  await ada.sees("I water on Monday");
  await ada.log.getByText("\u2068bob\u2069 joined").waitFor();

  await begin(ada, "Create a room…");
  await ada.field("Name").fill("Bo's birthday");
  await ada.page.getByRole("radio", { name: /^Private/ }).check();
  await ada.page.getByRole("checkbox", { name: "cyd" }).check();
  await ada.button("Create the room").click();
  await ada.heading("Bo's birthday").first().waitFor();
  await ada.say("Cake?");
  await cy.conversation("Bo's birthday").click();
  await cy.sees("Cake?");
  await bo.goto(new URL(cy.page.url()).pathname);
  await bo.heading("No such room").waitFor();
  await begin(bo, "Browse rooms…");
  await bo.page.getByRole("dialog").getByText("Garden").waitFor();
  expect(await bo.page.getByRole("dialog").getByText("birthday").count()).toBe(0);
  await bo.button("Open Garden").click();

  // Who looks after a room renames it and puts people out of it.
  await ada.conversation("Garden").click();
  await ada.button("About this room").click();
  await ada.button("Edit…").click();
  await ada.field("Name").fill("Allotment");
  await ada.button("Save").click();
  await bo.heading("Allotment").first().waitFor();
  await ada.button("Remove bob").click();
  await bo.button("Join the room").waitFor();
  expect(await bo.conversation("Allotment").count()).toBe(0);
  expect(await bo.page.getByText("Tomatoes are up").count()).toBe(0);

  // What was done too quickly is taken back.
  await ada.button("Leave").click();
  await ada.page.getByText("You left Allotment").waitFor();
  expect(await ada.conversation("Allotment").count()).toBe(0);
  await ada.button("Undo").click();
  await ada.conversation("Allotment").click();
  await ada.button("About this room").click();
  await ada.button("Archive").click();
  await ada.page.getByText("Allotment is archived").waitFor();
  // It is done at once where the page goes before the time to take it back is over.
  await ada.page.reload();
  await ada.page.getByText("This room is archived").waitFor();
});

test("a few people talk among themselves, and somebody more begins another conversation", async () => {
  const dora = await (await visit("dora")).register();
  const emil = await (await visit("emil")).register();
  const fay = await (await visit("fay")).register();
  await begin(dora, "New message…");
  await dora.page.getByRole("checkbox", { name: "emil" }).check();
  await dora.page.getByRole("checkbox", { name: "fay" }).check();
  await dora.button("Begin").click();
  await dora.button("About this room").waitFor();
  await dora.say("Just us");
  await emil.conversation("dora, fay").click();
  await emil.sees("Just us");
  await fay.conversation("dora, emil").click();
  await fay.button("About this room").click();
  await fay.button("Begin with more people…").click();
  expect(await fay.page.getByRole("checkbox", { name: "emil" }).isChecked()).toBe(true);
});
