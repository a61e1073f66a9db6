import { beforeEach, expect, test } from "bun:test";
import type { Ground, OpenGround } from "./ground.ts";
import { aHouse } from "./samples.ts";

/** How a store keeps the settings of the server. */
export function houseSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
  });

  test("ASVS 6.3.2 a new server is not set up, and nobody has an account", async () => {
    expect(await ground.store.house.read()).toBeNull();
    expect(await ground.store.users.directory()).toEqual([]);
  });

  test("is read as it was written last, to the last byte", async () => {
    await ground.store.house.write(aHouse());
    expect(await ground.store.house.read()).toEqual(aHouse());
    const other = aHouse({ name: '"; drop table house; --', welcome: "", registration: "closed" });
    await ground.store.house.write(other);
    expect(await ground.store.house.read()).toEqual(other);
    expect(await ground.store.audit.page({}, null, 10)).toEqual([]);
  });
}
