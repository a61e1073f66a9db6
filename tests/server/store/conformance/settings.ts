import { beforeEach, expect, test } from "bun:test";
import type { Ground, OpenGround } from "./ground.ts";
import { someSettings } from "./samples.ts";

/** How a store keeps the settings of the server. */
export function settingsSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
  });

  test("ASVS 6.3.2 a new server is not set up, and nobody has an account", async () => {
    expect(await ground.store.settings.read()).toBeNull();
    expect(await ground.store.users.directory()).toEqual([]);
  });

  test("is read as it was written last, to the last byte", async () => {
    await ground.store.settings.write(someSettings());
    expect(await ground.store.settings.read()).toEqual(someSettings());
    const other = someSettings({ name: '"; drop table house; --', welcome: "", registration: "closed" });
    await ground.store.settings.write(other);
    expect(await ground.store.settings.read()).toEqual(other);
    expect(await ground.store.audit.page({}, null, 10)).toEqual([]);
  });
}
