import { beforeEach, expect, test } from "bun:test";
import { entryOf, type Ground, type OpenGround, settle } from "./ground.ts";

/** How a store keeps what people choose for themselves. */
export function preferencesSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob");
  });
  const themeOf = async (id: number) => (await ground.store.preferences.of(id)).theme;

  test("are the defaults until something is chosen, and everybody's own", async () => {
    const { preferences } = ground.store;
    expect(await preferences.of(1)).toMatchObject({ theme: "system" });
    expect(await preferences.change(1, { theme: "dark" })).toMatchObject({ theme: "dark" });
    expect(await preferences.change(1, {})).toMatchObject({ theme: "dark" });
    expect([await themeOf(1), await themeOf(2)]).toEqual(["dark", "system"]);
  });

  test("of a newer version stay when this one changes others, and a value it does not know is the default", async () => {
    const { run, store } = ground;
    await run(`update users set preferences = '{"theme":"sepia","compact":true}' where id = 1`);
    expect(await themeOf(1)).toBe("system");
    expect(await store.preferences.change(1, { theme: "light" })).toMatchObject({ theme: "light" });
    await run(`update users set preferences = '{"theme":"dark"}' where preferences like '%"compact":true%'`);
    expect(await themeOf(1)).toBe("dark");
  });

  test("say who does not show how far they have read", async () => {
    const { preferences, users } = ground.store;
    await preferences.change(2, { showRead: false, theme: "dark" });
    expect(await users.discreet()).toEqual([2]);
    await preferences.change(2, { showRead: true });
    expect(await users.discreet()).toEqual([]);
  });

  test("go with the account, which has none any more", async () => {
    const { run, store } = ground;
    for (const id of [1, 2]) await store.preferences.change(id, { theme: "light" });
    await store.users.remove(2, false, entryOf("account.deleted"));
    expect(await store.preferences.change(2, { theme: "dark" })).toBeNull();
    await run(`update users set preferences = '{"theme":"dark"}' where preferences <> '{}'`);
    expect([await themeOf(1), await themeOf(2)]).toEqual(["dark", "system"]);
  });
}
