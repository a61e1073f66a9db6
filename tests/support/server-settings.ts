import { newSettings } from "../../server/accounts/set-up.ts";
import { linkTokens } from "../../server/auth/link-tokens.ts";
import { type Config, parseConfig } from "../../server/config/environment.ts";
import type { ServerSettings } from "../../server/protocol/settings.ts";
import { openStorage } from "../../server/storage.ts";
import type { Store } from "../../server/store/store.ts";
import { system } from "../../server/system.ts";

/** Sets a server up as most tests want it, unless it is: open to everybody, and without an owner. */
export async function setUpServer(
  store: Pick<Store, "settings">,
  { limits }: Pick<Config, "limits">,
  settings: Partial<ServerSettings> = {},
): Promise<void> {
  if ((await store.settings.read()) !== null) return;
  await store.settings.write({ ...newSettings("Secure Chat", "open", limits), ...settings });
}

/** The same for a server that is still to be started with these settings, as a process of its own. */
export async function setUpBeforehand(env: Record<string, string>): Promise<void> {
  const config = parseConfig(env);
  const storage = await openStorage(config, system, (error) => {
    throw error;
  });
  await setUpServer(storage.store, config);
  await storage.close();
}

/** What secrets the servers of the tests have, as far as their links are made of them. */
export const testPepper: Buffer = Buffer.alloc(32, 7);

/** The set-up link of a server of a test, as its start would print it. */
export const setUpLink = ({ store }: { store: Pick<Store, "epoch"> }): string =>
  `/setup#${linkTokens(testPepper).setUp(store.epoch)}`;
