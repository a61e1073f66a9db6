import { expect, test } from "bun:test";
import { outcome } from "../../support/outcome.ts";
import { Person } from "../../support/person.ts";
import { stage } from "../../support/stage.ts";

const { server, alice, bob } = stage({ people: ["alice", "bob"] });

const choose = (change: unknown) => alice.fetch("PATCH", "/api/account/preferences", change);

test("what one device chooses, all of the same person hear of, those that come later too", async () => {
  const phone = await new Person(server, "alice").logIn();
  const [desk, pocket, his] = await Promise.all([alice.enter(), phone.enter(), bob.enter()]);
  expect(desk.entered.preferences).toMatchObject({ theme: "system" });
  expect((await choose({ theme: "dark" })).status).toBe(204);
  for (const device of [desk, pocket])
    expect((await device.event("preferences.changed")).preferences).toMatchObject({ theme: "dark" });
  expect((await phone.enter()).entered.preferences).toMatchObject({ theme: "dark" });
  await his.ask("ping", {}, "pong");
  expect(his.events.filter(({ type }) => type === "preferences.changed")).toEqual([]);
});

test("what is no preference changes nothing", async () => {
  await choose({ theme: "light" });
  for (const [change, field] of [
    [{ theme: "sepia" }, "theme"],
    [{ theme: null }, "theme"],
    [{ theme: "dark", compact: true }, "compact"],
  ]) {
    const refused = await choose(change);
    expect([refused.status, (await refused.json()).error]).toMatchObject([400, { code: "invalid", field }]);
  }
  expect((await alice.enter()).entered.preferences).toMatchObject({ theme: "light" });
});

test("ASVS 2.4.1 sixty changes at once, and then one a second", async () => {
  for (let count = 0; count < 60; count++) expect((await choose({})).status).toBe(204);
  expect(await outcome(choose({}))).toEqual([429, "rate_limited"]);
});
