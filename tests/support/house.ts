import { linkTokens } from "../../server/accounts/link-tokens.ts";
import { newHouse } from "../../server/accounts/set-up.ts";
import { type Config, parseConfig } from "../../server/config.ts";
import type { Store } from "../../server/db/store.ts";
import type { House } from "../../server/protocol/house.ts";
import { openStorage } from "../../server/storage.ts";
import { system } from "../../server/system.ts";

/** Sets a server up as most tests want it, unless it is: open to everybody, and without an owner. */
export async function setUpHouse(
  store: Pick<Store, "house">,
  { limits }: Pick<Config, "limits">,
  house: Partial<House> = {},
): Promise<void> {
  if ((await store.house.read()) !== null) return;
  await store.house.write({ ...newHouse("Secure Chat", "open", limits), ...house });
}

/** The same for a server that is still to be started with these settings, as a process of its own. */
export async function setUpBeforehand(env: Record<string, string>): Promise<void> {
  const config = parseConfig(env);
  const storage = await openStorage(config, system, (error) => {
    throw error;
  });
  await setUpHouse(storage.store, config);
  await storage.close();
}

/** What secrets the servers of the tests have, as far as their links are made of them. */
export const testPepper: Buffer = Buffer.alloc(32, 7);

/** The set-up link of a server of a test, as its start would print it. */
export const setUpLink = ({ store }: { store: Pick<Store, "epoch"> }): string =>
  `/setup#${linkTokens(testPepper).setUp(store.epoch)}`;
