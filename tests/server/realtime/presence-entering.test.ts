import { describe, expect, test } from "bun:test";
import { stage } from "../../support/stage.ts";

const { time, alice, bob } = stage({ clock: true, people: ["alice", "bob"] });
/** What has changed so far is told. */
const tell = () => time.advance(150);

describe("who enters between a change and its telling", () => {
  test("misses nobody who was gone for that moment only", async () => {
    await alice.enter();
    tell();
    await alice.fetch("DELETE", "/api/session");
    const { online } = (await bob.enter()).entered;
    await alice.signIn();
    await alice.enter();
    tell();
    expect(online).toContain(1);
  });

  test("is told of who was there for that moment only", async () => {
    await alice.enter();
    const his = await bob.enter();
    expect(his.entered.online).toContain(1);
    await alice.fetch("DELETE", "/api/session");
    tell();
    expect(await his.event("presence.changed", ({ offline }) => offline.includes(1))).toBeTruthy();
  });
});
